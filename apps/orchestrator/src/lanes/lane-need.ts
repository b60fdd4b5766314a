import type { LaneRow } from '#libs/persistence';
import { laneRoom } from '../dispatch/dispatches.js';
import type { Partition } from '../partitions/partition.js';

/**
 * Steps of a partition that could be sent now if only this limit let them: they wait, a live worker would take them, and nothing else is in
 * their way. A queue is not asked for slots for tasks that may not run; a task is, for a queue that is full: else both would wait for each other.
 */
export function laneNeed(partition: Partition, row: LaneRow, nowMs: number): number {
  const { work, limits, services } = partition;
  if (work.backlog.sizeOf(row.scope, row.name) === 0 || row.paused || row.breaker === 'open') return 0;
  let need = 0;
  for (const lane of work.backlog.laneNames()) {
    const [first] = work.backlog.peek(lane, 1);
    if (first === undefined || first[row.scope] !== row.name) continue;
    const { queue, task, placement } = first;
    if (placement !== undefined && !services.workers.couldRun(task, queue, placement)) continue; // nobody would take them
    const waiting = Math.min(work.backlog.laneSize(lane), laneRoom(partition, queue, task));
    const isPaused = row.scope === 'task' && services.lanes.row('queue', queue)?.paused === true;
    const others = row.scope === 'queue' ? limits.roomOf('task', task, nowMs) : isPaused ? 0 : Infinity;
    need += Math.max(0, Math.min(waiting, others));
  }
  return need;
}
