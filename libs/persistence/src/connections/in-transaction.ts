import type { Pool, PoolClient } from 'pg';

/**
 * Lends a connection to `work`, which begins and ends its own transaction (often together with the first and last statement). When it fails,
 * the transaction is rolled back; a connection that cannot even do that is thrown away.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await work(client);
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}
