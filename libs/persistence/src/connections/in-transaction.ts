import type { Pool, PoolClient } from 'pg';

/**
 * Lends a connection to `work`, which begins and ends its own transaction (often together with the first and last statement). When it fails,
 * the transaction is rolled back; a connection that cannot even do that, or that was lost meanwhile, is thrown away.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens to idle connections only: one that is lost between two statements would end the process.
  const lost = (error: Error): void => void (broken = error);
  client.on('error', lost);
  try {
    return await work(client);
  } catch (error) {
    await client.query('ROLLBACK').catch(lost);
    throw error;
  } finally {
    client.release(broken);
    client.off('error', lost);
  }
}

/** The same, where `work` is all between the begin and the end: what it has written is committed when this returns. */
export function committed<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}
