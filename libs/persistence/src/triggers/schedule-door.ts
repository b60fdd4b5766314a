import { DatabaseError, type Pool, type PoolClient } from 'pg';
import type { InstanceId } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { dataFault } from '../events/sql-faults.js';
import type { DueSchedule, Settled, SettledSchedule } from './schedule-rows.js';
import { nextSchedule, openRuns, takeDueTriggers, wakeTooFar } from './schedule-statements.js';
import { type StoredTrigger, triggerOf } from './trigger-row.js';
import { advance, cancelOld, writeRuns } from './write-runs.js';

const DEADLOCK = '40P01';
const NOTHING: Settled = { looked: 0, started: [], cancelled: [], disabled: [] };

/**
 * Where schedules start instances. What becomes of a slot, the instance, its wake-up row and the place of the schedule are one
 * transaction under the lock of the trigger's row: whoever dies when, a slot starts one instance at most, and none is forgotten.
 */
export class ScheduleDoor {
  constructor(private readonly pool: Pool) {}

  /**
   * Settles schedules that are due and that nobody else is at.
   * @param most   at once
   * @param decide says what becomes of each
   * @throws DataFault when a value cannot be stored: then nothing was
   */
  async settleDue(most: number, decide: (due: readonly DueSchedule[]) => Promise<readonly SettledSchedule[]>): Promise<Settled> {
    for (let tries = 1; ; tries++) {
      try {
        return await inTransaction(this.pool, (client) => settleIn(client, most, decide));
      } catch (error) {
        if (error instanceof DatabaseError && error.code === DEADLOCK && tries < 3) continue;
        throw dataFault(error) ?? error;
      }
    }
  }

  /** Ms until the next one is due; Infinity when none is by itself. One read, so that an idle server does little. */
  async dueIn(): Promise<number> {
    return (await this.pool.query<{ inMs: number | null }>(nextSchedule)).rows[0]?.inMs ?? Infinity;
  }

  /** After the clock was put back by more than that; slots that were decided before are not decided again. @returns how many */
  async wakeTooFar(byMs: number): Promise<number> {
    return (await this.pool.query({ ...wakeTooFar, values: [byMs] })).rowCount ?? 0;
  }
}

async function settleIn(
  client: PoolClient,
  most: number,
  decide: (due: readonly DueSchedule[]) => Promise<readonly SettledSchedule[]>,
): Promise<Settled> {
  await client.query('BEGIN');
  const due = await takeDue(client, most);
  if (due.length === 0) {
    await client.query('COMMIT');
    return NOTHING;
  }
  const [{ nowMs }] = due as [DueSchedule];
  const settled = await decide(due);
  const started = await writeRuns(
    client,
    settled.flatMap(({ trigger, runs }) => runs.map((run) => ({ ...run, trigger }))),
  );
  const cancels = settled.flatMap(({ trigger, cancels: ids }) => ids.map((id) => ({ id, trigger: trigger.name })));
  await cancelOld(client, cancels);
  const disabled = await advance(
    client,
    settled.map((one) => ({ ...one, nowMs })),
  );
  await client.query('COMMIT');
  return { looked: due.length, started, cancelled: cancels.map(({ id }) => id), disabled };
}

async function takeDue(client: PoolClient, most: number): Promise<DueSchedule[]> {
  const { rows } = await client.query<StoredTrigger & { nowMs: number }>({ ...takeDueTriggers, values: [most] });
  const triggers = rows.map(({ nowMs, ...row }) => ({
    trigger: triggerOf(row),
    nowMs,
    running: [] as InstanceId[],
    queued: [] as number[],
  }));
  const watched = triggers.filter(({ trigger }) => (trigger.spec['overlap'] ?? 'allow') !== 'allow');
  if (watched.length === 0) return triggers;
  const open = await client.query<{ place: number; slot: number; instanceId: InstanceId | null }>({
    ...openRuns,
    values: [
      plainArray(watched.map((_, place) => place)),
      textArray(watched.map(({ trigger }) => trigger.tenant)),
      textArray(watched.map(({ trigger }) => trigger.name)),
    ],
  });
  for (const { place, slot, instanceId } of open.rows) {
    if (instanceId === null) watched[place]!.queued.push(slot);
    else watched[place]!.running.push(instanceId);
  }
  return triggers;
}
