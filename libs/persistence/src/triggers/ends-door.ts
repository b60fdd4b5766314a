import type { Pool, PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { InstanceStatus } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { faringAfter } from './run-failures.js';
import { closeRuns, endedRuns, fareTriggers, holdTriggers, insertTriggerIncidents } from './schedule-statements.js';
import { type StoredTrigger, triggerOf, type TriggerRow } from './trigger-row.js';

/** A run whose instance has ended, or is gone (`status` null). */
interface EndedRun {
  readonly tenant: string;
  readonly trigger: string;
  readonly id: string;
  readonly status: InstanceStatus | null;
}

export interface EndsSettled {
  /** Where to go on; null: all have been looked at, begin anew. */
  readonly after: string | null;
  /** Triggers that disabled themselves. */
  readonly disabled: readonly string[];
}

const GOOD: ReadonlySet<InstanceStatus> = new Set(['completed']);
/** Somebody wanted it so: neither good nor bad. */
const NEITHER: ReadonlySet<InstanceStatus> = new Set(['cancelled']);

/** How what triggers have started ended: a row is looked at until its instance has. */
export class EndsDoor {
  constructor(private readonly pool: Pool) {}

  /**
   * The next runs whose end has not been seen; each end counts once, whoever sees it.
   * @param after id of the last run that was looked at, null to begin
   */
  async settleEnds(after: string | null, most: number): Promise<EndsSettled> {
    const { rows } = await this.pool.query<EndedRun & { isEnded: boolean }>({ ...endedRuns, values: [after, most] });
    const ended = rows.filter(({ isEnded }) => isEnded);
    const disabled = ended.length === 0 ? [] : await inTransaction(this.pool, (client) => settleIn(client, ended));
    return { after: rows.length < most ? null : rows.at(-1)!.id, disabled };
  }
}

/** Whoever else has seen the same ends waits for the lock of the triggers, and then finds the runs closed. */
async function settleIn(client: PoolClient, ended: readonly EndedRun[]): Promise<string[]> {
  await client.query('BEGIN');
  const triggers = await hold(client, ended);
  const closed = await client.query<{ id: string }>({ ...closeRuns, values: [plainArray(ended.map(({ id }) => id))] });
  const ids = new Set(closed.rows.map(({ id }) => id));
  const fared = triggers.flatMap((trigger) => {
    const own = ended.filter((run) => ids.has(run.id) && run.trigger === trigger.name && run.tenant === trigger.tenant);
    const counted = own.filter(({ status }) => status !== null && !NEITHER.has(status));
    return counted.length === 0
      ? []
      : [
          {
            trigger,
            faring: faringAfter(
              trigger,
              counted.map(({ status }) => !GOOD.has(status!)),
            ),
          },
        ];
  });
  await client.query({
    ...fareTriggers,
    values: [
      textArray(fared.map(({ trigger }) => trigger.tenant)),
      textArray(fared.map(({ trigger }) => trigger.name)),
      plainArray(fared.map(({ faring }) => faring.failures)),
      textArray(fared.map(({ faring }) => faring.status)),
      textArray(fared.map(({ faring }) => faring.note)),
    ],
  });
  const disabled = fared.filter(({ trigger, faring }) => faring.status !== trigger.status);
  const words = disabled.map(({ trigger, faring }) => `trigger ${trigger.name} ${faring.note ?? ''}`);
  if (words.length > 0)
    await client.query({ ...insertTriggerIncidents, values: [plainArray(words.map(() => uuidv7())), textArray(words)] });
  await client.query('COMMIT');
  return disabled.map(({ trigger }) => trigger.name);
}

/** Locked, in one order by everybody. */
async function hold(client: PoolClient, ended: readonly EndedRun[]): Promise<TriggerRow[]> {
  const keys = [...new Map(ended.map((run) => [`${run.tenant} ${run.trigger}`, run])).values()];
  const values = [textArray(keys.map(({ tenant }) => tenant)), textArray(keys.map(({ trigger }) => trigger))];
  const { rows } = await client.query<StoredTrigger>({ ...holdTriggers, values });
  return rows.map(triggerOf);
}
