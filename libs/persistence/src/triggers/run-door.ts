import type { Pool } from 'pg';
import { defaultTenant } from '#libs/contracts';
import type { InstanceId, Overlap } from '#libs/engine';
import { readCursor, writeCursor } from '../connections/cursor.js';
import { inTransaction } from '../connections/in-transaction.js';
import { dataFault } from '../events/sql-faults.js';
import type { Page, PageOf } from '../instances/instance-queries.js';
import type { NewRun, RunRow } from './schedule-rows.js';
import { findRun, insertBackfill, listRuns, noteLastRun } from './schedule-statements.js';
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

/** Runs of triggers: those asked for by hand, and what became of all. */
export class RunDoor {
  constructor(private readonly pool: Pool) {}

  /**
   * A run by hand, with what it starts, in one transaction. Two in the same millisecond are two.
   * @param id names it: the same one again is the same run
   * @throws DataFault when a value cannot be stored
   */
  async run(trigger: TriggerRow, id: string, run: NewRun): Promise<RunRow> {
    const { tenant, name } = trigger;
    try {
      for (let { slot } = run; ; slot++) {
        await this.tryRun(trigger, id, { ...run, slot });
        const { rows } = await this.pool.query<RunRow>({ ...findRun, values: [tenant, name, id] });
        if (rows[0] !== undefined) return rows[0];
      }
    } catch (error) {
      throw dataFault(error) ?? error;
    }
  }

  private tryRun(trigger: TriggerRow, id: string, run: NewRun): Promise<void> {
    const { tenant, name } = trigger;
    return inTransaction(this.pool, async (client) => {
      await client.query('BEGIN');
      const { rows } = await client.query<RunRow>({ ...findRun, values: [tenant, name, id] });
      if (rows.length === 0) {
        const started: InstanceId[] = await writeRuns(client, [{ ...run, id, trigger }]);
        await client.query({ ...noteLastRun, values: [tenant, name, run.slot, run.outcome, started[0] ?? null] });
      }
      await client.query('COMMIT');
    });
  }

  /** Newest first. @throws InvalidCursor */
  async list(trigger: string, page: Page, tenant = defaultTenant): Promise<PageOf<RunRow>> {
    const after = page.cursor === undefined ? null : readCursor('trigger-runs', page.cursor);
    const { rows } = await this.pool.query<RunRow>({ ...listRuns, values: [tenant, trigger, after, page.limit + 1] });
    const items = rows.slice(0, page.limit);
    return { items, next: rows.length > page.limit ? writeCursor('trigger-runs', items.at(-1)!.id) : null };
  }

  /** Worked off by the orchestrators, little by little. */
  async backfill({ tenant, name }: TriggerRow, { id, after, until, overlap }: NewBackfill): Promise<void> {
    await this.pool.query({ ...insertBackfill, values: [id, tenant, name, after, until, overlap] });
  }
}
