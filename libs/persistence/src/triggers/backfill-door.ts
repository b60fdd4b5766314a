import type { Pool } from 'pg';
import type { InstanceId, Overlap } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { dataFault } from '../events/sql-faults.js';
import type { NewRun, Settled } from './schedule-rows.js';
import { advanceBackfill, holdTrigger, nextBackfill, takeDueBackfill } from './schedule-statements.js';
import { type StoredTrigger, triggerOf, type TriggerRow } from './trigger-row.js';
import { cancelOld, writeRuns } from './write-runs.js';

/** A backfill that is due, and its trigger. Times are epoch ms. */
export interface DueBackfill {
  readonly trigger: TriggerRow;
  readonly nowMs: number;
  /** Slots up to here are done with. */
  readonly position: number;
  /** Not included. */
  readonly until: number;
  readonly overlap: Overlap;
  /** Has the instance it started last not ended yet? */
  readonly isRunning: boolean;
}

export interface SettledBackfill {
  readonly runs: readonly NewRun[];
  /** The instance it started last makes room. */
  readonly cancelsLast: boolean;
  readonly position: number;
  /** When to go on; null: it is done. */
  readonly nextAt: number | null;
}

type Taken = Omit<DueBackfill, 'trigger'> & { id: string; tenant: string; trigger: string; last: InstanceId | null };

/** Where backfills go on: some slots and how far it has come are one transaction, so a crash repeats none. */
export class BackfillDoor {
  constructor(private readonly pool: Pool) {}

  /** Ms until the next one is due; Infinity when there is none. */
  async dueIn(): Promise<number> {
    return (await this.pool.query<{ inMs: number | null }>(nextBackfill)).rows[0]?.inMs ?? Infinity;
  }

  /**
   * Goes on with one backfill that is due and that nobody else is at; one whose trigger is gone ends.
   * @throws DataFault when a value cannot be stored: then nothing was
   */
  async settleDue(decide: (due: DueBackfill) => Promise<SettledBackfill>): Promise<Settled> {
    try {
      return await inTransaction(this.pool, async (client) => {
        await client.query('BEGIN');
        const [taken] = (await client.query<Taken>(takeDueBackfill)).rows;
        const held =
          taken && (await client.query<StoredTrigger>({ ...holdTrigger, values: [taken.tenant, taken.trigger] })).rows[0];
        const settled: SettledBackfill = taken && held ? await decide({ ...taken, trigger: triggerOf(held) }) : nothing(taken);
        const started = await writeRuns(
          client,
          settled.runs.map((run) => ({ ...run, trigger: { tenant: taken!.tenant, name: taken!.trigger } })),
        );
        const cancelled = settled.cancelsLast && taken?.last ? [taken.last] : [];
        await cancelOld(
          client,
          cancelled.map((id) => ({ id, trigger: taken!.trigger })),
        );
        const values = [
          taken?.id,
          settled.position,
          settled.nextAt ?? taken?.nowMs,
          started.at(-1) ?? null,
          settled.nextAt === null,
        ];
        if (taken) await client.query({ ...advanceBackfill, values });
        await client.query('COMMIT');
        return { looked: taken ? 1 : 0, started, cancelled, disabled: [] };
      });
    } catch (error) {
      throw dataFault(error) ?? error;
    }
  }
}

const nothing = (taken: Taken | undefined): SettledBackfill => ({
  runs: [],
  cancelsLast: false,
  position: taken?.position ?? 0,
  nextAt: null,
});
