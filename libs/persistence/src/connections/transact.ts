import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/**
 * `transaction` of TypeORM as our other connections know it: durable whatever the server's default says; given up when its process stands still
 * in the middle, since others wait for its locks; and a connection that cannot even be rolled back is not lent again.
 */
export async function transact<T>(
  dataSource: DataSource,
  work: (manager: EntityManager, client: PoolClient) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const client = (await runner.connect()) as PoolClient;
  let loss: Error | undefined;
  const lost = (error: Error): void => void (loss = error);
  client.on('error', lost);
  try {
    await runner.startTransaction();
    await client.query(
      `SELECT set_config('synchronous_commit', 'on', true), set_config('idle_in_transaction_session_timeout', '10s', true)`,
    );
    const result = await work(runner.manager, client);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => void client.end().catch(() => undefined));
    // what comes after a loss says only that there is nothing to ask any more
    throw loss ?? error;
  } finally {
    client.off('error', lost);
    await runner.release();
  }
}

/** SQLSTATE of an error of PostgreSQL, also as TypeORM wraps it. */
export function sqlState(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  return typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state) ? state : undefined;
}
