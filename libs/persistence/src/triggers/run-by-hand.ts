import type { PoolClient } from 'pg';
import type { InstanceId, Overlap } from '#libs/engine';
import { dataFault } from '../events/sql-faults.js';
import type { NewRun, RunRow } from './schedule-rows.js';
import { findRun, insertBackfill, noteLastRun } from './schedule-statements.js';
import type { TriggerRow } from './trigger-row.js';
import { writeRuns } from './write-runs.js';

/** A range of slots to be made up for. Times are epoch ms. */
export interface NewBackfill {
  /** UUIDv7; the same one again is the same backfill. */
  readonly id: string;
  /** Slots after it … */
  readonly after: number;
  /** … and before it. */
  readonly until: number;
  readonly overlap: Overlap;
}

/**
 * A run by hand, with what it starts, amid a transaction. Two in the same millisecond are two.
 * @param id names it: the same one again is the same run
 * @throws DataFault when a value cannot be stored
 */
export async function runByHand(client: PoolClient, trigger: TriggerRow, id: string, run: NewRun): Promise<RunRow> {
  const { tenant, name } = trigger;
  try {
    for (let { slot } = run; ; slot++) {
      const { rows } = await client.query<RunRow>({ ...findRun, values: [tenant, name, id] });
      if (rows[0] !== undefined) return rows[0];
      const started: InstanceId[] = await writeRuns(client, [{ ...run, slot, id, trigger }]);
      await client.query({ ...noteLastRun, values: [tenant, name, slot, run.outcome, started[0] ?? null] });
    }
  } catch (error) {
    throw dataFault(error) ?? error;
  }
}

/** Worked off by the orchestrators, little by little. */
export async function beginBackfill(
  client: PoolClient,
  { tenant, name }: TriggerRow,
  { id, after, until, overlap }: NewBackfill,
): Promise<void> {
  await client.query({ ...insertBackfill, values: [id, tenant, name, after, until, overlap] });
}
