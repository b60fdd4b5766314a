import { formatBytes } from '../parse/bytes.js';
import { couldRun, slotsOf, type PlaceableWorker, type Placement } from './placement.js';

/** Why no live worker could ever run such a step, in words; undefined: one could. */
export function unfitReason(
  workers: readonly PlaceableWorker[],
  queue: string | undefined,
  task: string,
  placement: Placement,
): string | undefined {
  const served = workers.flatMap((worker) => worker.handlers.filter((one) => one.task === task).map((one) => one.queue));
  const queues = queue === undefined ? [...new Set(served)] : [queue];
  if (workers.some((worker) => queues.some((one) => couldRun(worker, one, task, placement)))) return undefined;
  return `no live worker ${queue === undefined ? '' : `on queue "${queue}" `}serves task "${task}" and has ${wanted(placement)}`;
}

/** `zone=eu, 8 slots and 2GiB of memory` */
function wanted(placement: Placement): string {
  const { requires = {}, memory } = placement;
  const slots = slotsOf(placement);
  const parts = [
    ...Object.entries(requires).map(([name, value]) => `${name}=${value}`),
    ...(slots > 1 ? [`${slots} slots`] : []),
    ...(memory === undefined ? [] : [`${formatBytes(memory)} of memory`]),
  ];
  if (parts.length === 0) return 'a free slot';
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
