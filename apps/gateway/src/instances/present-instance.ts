import type { Instance, InstanceDelta, InstanceSummary, LiveInstance } from '#libs/contracts';
import type { InstanceHead, InstanceListItem } from '#libs/persistence';
import { toIso, toIsoOrNull } from '../http/times.js';

/** Heads as stored → as shown. Times become ISO 8601. */
export function toLive(head: InstanceListItem): LiveInstance {
  const { id, definition, version, key, status, seq, summary, currentStep, stepsDone, stepsTotal } = head;
  return {
    id,
    definition,
    version,
    key,
    status,
    seq,
    summary,
    currentStep,
    stepsDone,
    stepsTotal,
    errorCode: head.error?.code ?? null,
    createdAt: toIso(head.createdAt),
    startedAt: toIsoOrNull(head.startedAt),
    endedAt: toIsoOrNull(head.endedAt),
  };
}

/** A head as its owner told it on `orquestra.live`. */
export function fromDelta(delta: InstanceDelta): LiveInstance {
  return {
    ...delta,
    createdAt: toIso(delta.createdAt),
    startedAt: toIsoOrNull(delta.startedAt),
    endedAt: toIsoOrNull(delta.endedAt),
  };
}

export function toSummary(head: InstanceListItem): InstanceSummary {
  const { tags, parent, generation } = head;
  return { ...toLive(head), tags, parent, generation, startAt: toIsoOrNull(head.startAt) };
}

/** What beside the head is known of an instance. */
export type InstanceFacts = Pick<
  Instance,
  'steps' | 'waitingFor' | 'parentStep' | 'restartOf' | 'restartedAs' | 'trigger' | 'children' | 'pausedAt' | 'keptEvents'
>;

export function toInstance(head: InstanceHead, facts: InstanceFacts): Instance {
  const { queue, priority, input, output, error } = head;
  return { ...toSummary(head), queue, priority, input, output, error, ...facts };
}
