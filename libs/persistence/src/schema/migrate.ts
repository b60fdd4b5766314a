import { setTimeout } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';

const LOCK = `hashtext('orquestrax.migrations')`;

/**
 * Brings the schema up to date. Several processes may call it at once: one works, the others wait.
 * @returns names of the migrations that ran
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  return exclusively(dataSource, async () => (await dataSource.runMigrations()).map((migration) => migration.name));
}

/** Undoes the newest migration. */
export async function revert(dataSource: DataSource): Promise<void> {
  await exclusively(dataSource, () => dataSource.undoLastMigration());
}

/** Monthly partitions of the audit log, ahead of time; call at start and once a day. @returns how many were created */
export async function ensureEventPartitions(dataSource: DataSource, monthsAhead = 3): Promise<number> {
  const rows: { created: number }[] = await dataSource.query('SELECT workflow_ensure_event_partitions($1) AS created', [
    monthsAhead,
  ]);
  return rows[0]?.created ?? 0;
}

/** A session lock on a connection of its own: migrations run on another one. Asked for again and again, so that no statement time-out ends the wait. */
async function exclusively<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await lock(runner);
    try {
      return await work();
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(${LOCK})`);
    }
  } finally {
    await runner.release();
  }
}

async function lock(runner: QueryRunner): Promise<void> {
  for (;;) {
    const rows: { locked: boolean }[] = await runner.query(`SELECT pg_try_advisory_lock(${LOCK}) AS locked`);
    if (rows[0]?.locked) return;
    await setTimeout(100);
  }
}
