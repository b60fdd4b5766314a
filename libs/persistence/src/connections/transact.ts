import type { PoolClient } from 'pg';
import type { EntityManager } from 'typeorm';
import type { Database } from './database.js';

/**
 * `transaction` of TypeORM as our other connections know it: durable whatever the server's default says; given up when its process stands still
 * in the middle, since others wait for its locks; and a connection that cannot even be rolled back is not lent again.
 */
export function transact<T>(database: Database, work: (manager: EntityManager, client: PoolClient) => Promise<T>): Promise<T> {
  return database.transaction(async (manager) => {
    const client = (await manager.queryRunner!.connect()) as PoolClient;
    try {
      await client.query(
        `SELECT set_config('synchronous_commit', 'on', true), set_config('idle_in_transaction_session_timeout', '10s', true)`,
      );
      return await work(manager, client);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => void client.end().catch(() => undefined)); // TypeORM would keep silent, and lend it
      throw error;
    }
  });
}

/** SQLSTATE of an error of PostgreSQL, also as TypeORM wraps it. */
export function sqlState(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  return typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state) ? state : undefined;
}
