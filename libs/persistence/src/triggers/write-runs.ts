import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { bucketOf } from '#libs/contracts';
import type { InstanceId, JsonObject } from '#libs/engine';
import { type PgArray, plainArray, textArray } from '../connections/pg-array.js';
import { InstanceDoor, type StartOutcome, type StartRow } from '../instances/instance-door.js';
import { faringAfter } from './run-failures.js';
import type { NewRun, RunLane, SettledSchedule } from './schedule-rows.js';
import { advanceTriggers, insertRuns, insertTriggerIncidents, runsOfOthers } from './schedule-statements.js';
import type { TriggerRow } from './trigger-row.js';

export interface TriggerRun extends NewRun {
  readonly trigger: Pick<TriggerRow, 'tenant' | 'name'>;
  /** UUIDv7; absent: a new one. */
  readonly id?: string;
}

/**
 * Runs, and the instances they start: a slot that somebody has started before starts nothing.
 * @returns the instances that are new
 */
export async function writeRuns(client: PoolClient, runs: readonly TriggerRun[]): Promise<InstanceId[]> {
  if (runs.length === 0) return [];
  const { rows } = await client.query<{ instanceId: InstanceId | null }>({ ...insertRuns, values: runValues(runs) });
  const written = new Set(rows.map(({ instanceId }) => instanceId));
  const starting = runs.filter(
    (run): run is TriggerRun & { start: StartRow } => written.has(run.start?.id ?? null) && run.start !== undefined,
  );
  const outcomes = await new InstanceDoor(client).insertStarts(starting.map(({ start }) => start));
  const others = starting.flatMap((run, place) =>
    isOurs(run.start, outcomes[place]!) ? [] : [{ run, other: outcomes[place]!.id }],
  );
  if (others.length > 0) await client.query({ ...runsOfOthers, values: otherValues(others) });
  return outcomes.filter(({ outcome }) => outcome === 'created').map(({ id }) => id);
}

const isOurs = (start: StartRow, { outcome, id }: StartOutcome): boolean => outcome === 'created' || id === start.id;

function runValues(runs: readonly TriggerRun[]): PgArray[] {
  return [
    textArray(runs.map(({ trigger }) => trigger.tenant)),
    textArray(runs.map(({ trigger }) => trigger.name)),
    textArray(runs.map(({ lane }) => lane)),
    plainArray(runs.map(({ slot }) => slot)),
    plainArray(runs.map(({ id }) => id ?? uuidv7())),
    textArray(runs.map(({ how }) => how)),
    textArray(runs.map(({ outcome }) => outcome)),
    plainArray(runs.map(({ count }) => count)),
    plainArray(runs.map(({ start }) => start?.id ?? null)),
    textArray(runs.map(({ reason }) => reason)),
  ];
}

function otherValues(
  others: readonly { run: { trigger: TriggerRun['trigger']; lane: RunLane; slot: number }; other: InstanceId }[],
): PgArray[] {
  return [
    textArray(others.map(({ run }) => run.trigger.tenant)),
    textArray(others.map(({ run }) => run.trigger.name)),
    textArray(others.map(({ run }) => run.lane)),
    plainArray(others.map(({ run }) => run.slot)),
    plainArray(others.map(({ other }) => other)),
  ];
}

/** Old instances make room. One command an instance, however often it is told. */
export async function cancelOld(client: PoolClient, cancels: readonly { id: InstanceId; trigger: string }[]): Promise<void> {
  await new InstanceDoor(client).insertInbox(
    cancels.map(({ id, trigger }) => ({
      id: `trigger:${trigger}:cancelOld`,
      instanceId: id,
      bucket: bucketOf(id),
      kind: 'cancel',
      content: {
        type: 'cancel',
        by: `trigger ${trigger}`,
        reason: 'the next slot of its schedule has come',
      } satisfies JsonObject,
    })),
  );
}

/** How far schedules have come, and how they fare. @returns names of those that disabled themselves */
export async function advance(client: PoolClient, settled: readonly (SettledSchedule & { nowMs: number })[]): Promise<string[]> {
  const rows = settled.map(({ trigger, runs, position, nextAt, nowMs }) => {
    const faring = faringAfter(
      trigger,
      runs.filter(({ outcome }) => outcome === 'failed').map(() => true),
    );
    return { trigger, faring, position, nextAt, last: runs.at(-1), nowMs };
  });
  await client.query({
    ...advanceTriggers,
    values: [
      textArray(rows.map(({ trigger }) => trigger.tenant)),
      textArray(rows.map(({ trigger }) => trigger.name)),
      plainArray(rows.map(({ position }) => position)),
      plainArray(rows.map(({ nextAt }) => nextAt)),
      textArray(rows.map(({ faring }) => faring.status)),
      textArray(rows.map(({ faring }) => faring.note)),
      plainArray(rows.map(({ faring }) => faring.failures)),
      plainArray(rows.map(({ last, nowMs }) => (last ? nowMs : null))),
      textArray(rows.map(({ last }) => last?.outcome ?? null)),
      plainArray(rows.map(({ last }) => last?.start?.id ?? null)),
    ],
  });
  const disabled = rows.filter(({ trigger, faring }) => faring.status !== trigger.status);
  if (disabled.length > 0) {
    const words = disabled.map(({ trigger, faring }) => `trigger ${trigger.name} ${faring.note ?? ''}`);
    await client.query({ ...insertTriggerIncidents, values: [plainArray(words.map(() => uuidv7())), textArray(words)] });
  }
  return disabled.map(({ trigger }) => trigger.name);
}
