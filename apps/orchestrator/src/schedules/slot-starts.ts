import { v7 as uuidv7 } from 'uuid';
import { bucketOf } from '#libs/contracts';
import { type Failure, inputFailure, type InstanceId, mapTrigger, type ScheduleTrigger, type SlotDecision } from '#libs/engine';
import type { NewRun, RunHow, StartRow, TriggerRow } from '#libs/persistence';
import type { WantedVersions } from '../definitions/wanted-versions.js';

type Start = Pick<Extract<SlotDecision, { type: 'start' }>, 'slot' | 'startAt'>;

/** A schedule whose slots are to be started. */
export interface Scheduled {
  readonly row: Pick<TriggerRow, 'tenant' | 'name'>;
  readonly schedule: ScheduleTrigger;
  readonly nowMs: number;
  readonly how: RunHow;
}

/** The start of a slot, or why there can be none. */
export async function runOf(scheduled: Scheduled, decision: Start, versions: WantedVersions): Promise<NewRun> {
  const { how } = scheduled;
  const { slot } = decision;
  const judged = await startOf(scheduled, decision, versions);
  if ('failure' in judged) return failedRun(slot, how, `${judged.failure.code}: ${judged.failure.message}`);
  return { lane: 'slot', slot, how, outcome: 'started', count: 1, reason: null, start: judged.start };
}

export const failedRun = (slot: number, how: RunHow, reason: string): NewRun => ({
  lane: 'slot',
  slot,
  how,
  outcome: 'failed',
  count: 1,
  reason: reason.slice(0, MAX_REASON),
});
const MAX_REASON = 1_000;

async function startOf(
  { row, schedule, nowMs }: Scheduled,
  { slot, startAt }: Start,
  versions: WantedVersions,
): Promise<{ readonly start: StartRow } | { readonly failure: Failure }> {
  const mapped = mapTrigger(schedule, { scheduledAt: slot }, nowMs);
  if ('failure' in mapped) return mapped;
  const found = await versions.of(schedule.definition!, schedule.version);
  if ('failure' in found) return found;
  const { plan, checksum } = found;
  const { input = {}, key = null } = mapped;
  const failure = inputFailure(plan, input);
  if (failure !== undefined) return { failure };
  const id = uuidv7() as InstanceId;
  const { name: definition, version } = plan;
  const origin = { trigger: { name: row.name, scheduledAt: slot } };
  return {
    start: {
      ...{ id, tenant: row.tenant, definition, version, checksum, key, input, origin },
      bucket: bucketOf(id),
      startAt: startAt > nowMs ? startAt : null,
      stepsTotal: plan.scope.steps.length,
    },
  };
}
