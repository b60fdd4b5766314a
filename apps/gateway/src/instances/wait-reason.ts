import type { RunningStep, WaitingFor } from '#libs/contracts';
import type { StepView } from '#libs/engine';
import type { InstanceHead } from '#libs/persistence';
import { toIso } from '../http/times.js';

export type StepReason = Omit<WaitingFor, 'path'>;

export interface WaitFacts {
  /** Does a live worker serve this task on this queue? */
  readonly isServed: (task: string, queue: string | undefined) => boolean;
}

/** Why a step is open, in a word and a sentence; nothing for one that is not. */
export function waitReasonOf(step: StepView, begun: RunningStep | undefined, { isServed }: WaitFacts): StepReason | undefined {
  const { task = '', queue } = step;
  switch (step.status) {
    case 'retrying':
      return {
        reason: 'retry',
        text: `attempt ${step.attempt} failed with ${step.error?.code ?? 'an error'}; attempt ${step.attempt + 1} is due`,
        ...(step.dueAt !== undefined && { until: toIso(step.dueAt) }),
      };
    case 'cancelling':
      return { reason: 'cancelling', text: 'waiting for its worker to stop' };
    case 'running':
      return { reason: 'running', text: `running on ${step.worker ?? 'a worker'}` };
    case 'scheduled':
      if (begun) return { reason: 'running', text: `running on ${begun.worker}` };
      if (!isServed(task, queue))
        return { reason: 'no_worker', text: `no live worker serves task "${task}" on queue "${queue ?? ''}"` };
      if (step.isQueued === true)
        return { reason: 'queued', text: `queued: queue "${queue ?? ''}" has as much work as its workers take` };
      return { reason: 'sent', text: `sent to queue "${queue ?? ''}", waiting for a free worker` };
    default:
      return undefined;
  }
}

/** Of an instance that has not started. */
export function pendingReason(head: Pick<InstanceHead, 'startAt'>, nowMs: number): WaitingFor {
  if (head.startAt !== null && head.startAt > nowMs) {
    return { path: '', reason: 'start_at', text: 'waits for its start time', until: toIso(head.startAt) };
  }
  return { path: '', reason: 'not_started', text: 'waits to be taken up by an orchestrator' };
}
