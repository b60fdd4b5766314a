import { laneOf } from '../dispatch/lane-use.js';
import type { WorkIndex } from '../dispatch/work-index.js';
import { Budget } from './budget.js';
import type { LaneLimits } from './lane-limits.js';

export interface AdmissionContext {
  readonly nowMs: number;
  /** Commands a lane may still take; 0 = leave them in the backlog. */
  readonly room: (queue: string, task: string) => number;
  /** The incarnation to send under, undefined while the queue is not known to exist. */
  readonly incarnation: (queue: string, task: string) => number | undefined;
  readonly limits?: Pick<LaneLimits, 'concerns' | 'roomOf'>;
}

/**
 * Whether steps that one decision schedules leave at once. Nobody overtakes: while something waits in the lane, or for a limit that it shares
 * with others, a step waits behind it.
 */
export function admission(work: WorkIndex, context: AdmissionContext): (queue: string, task: string) => number | undefined {
  const { limits, nowMs } = context;
  let reserved: Map<string, number> | undefined; // most decisions schedule one step, or none
  let budget: Budget | undefined;
  return (queue, task) => {
    const lane = laneOf(queue, task);
    if (work.backlog.laneSize(lane) > 0) return undefined;
    const taken = reserved?.get(lane) ?? 0;
    if (context.room(queue, task) <= taken) return undefined;
    const incarnation = context.incarnation(queue, task);
    if (incarnation === undefined) return undefined;
    if (limits?.concerns(queue, task) === true) {
      if (work.backlog.sizeOf('queue', queue) + work.backlog.sizeOf('task', task) > 0) return undefined;
      budget ??= new Budget(limits, nowMs);
      if (!budget.take({ queue, task })) return undefined;
    }
    (reserved ??= new Map()).set(lane, taken + 1);
    return incarnation;
  };
}
