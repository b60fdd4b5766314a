import type { Partition } from '../partitions/partition.js';
import type { QueuedStep } from './backlog.js';
import { laneOf } from './work-index.js';
import { windowSize } from './window.js';

/** Steps of one lane that may now leave the backlog. */
export interface Dispatch {
  readonly incarnation: number;
  readonly steps: readonly QueuedStep[];
}

type Throughput = (lane: string) => number;

/** Commands a lane may still take. */
export function laneRoom({ services, work }: Partition, queue: string, task: string, throughput: Throughput): number {
  const lane = laneOf(queue, task);
  const capacity = services.workers.capacity(queue, task);
  return windowSize({ capacity, partitions: services.config.partitions, throughput: throughput(lane) }) - work.waitingCount(lane);
}

/** The next steps of every lane that has room, in backlog order. A lane whose queue is not known to exist is opened, and the partition nudged. */
export function pickDispatches(partition: Partition, throughput: Throughput, limit: number): Dispatch[] {
  const { work, services } = partition;
  const picked: Dispatch[] = [];
  let left = limit;
  for (const lane of work.backlog.laneNames()) {
    const [first] = work.backlog.peek(lane, 1);
    if (first === undefined || left <= 0) continue;
    const room = laneRoom(partition, first.queue, first.task, throughput);
    if (room <= 0) continue;
    const incarnation = services.stepQueues.incarnation(first.queue, first.task);
    if (incarnation === undefined) {
      openLane(partition, first);
      continue;
    }
    const steps = work.backlog.peek(lane, Math.min(room, left));
    left -= steps.length;
    picked.push({ incarnation, steps });
  }
  return picked;
}

function openLane(partition: Partition, { queue, task }: QueuedStep): void {
  const { stepQueues, transport } = partition.services;
  if (transport.state !== 'connected') return;
  void stepQueues.ensure(queue, task).then(() => {
    if (stepQueues.incarnation(queue, task) !== undefined) partition.nudge();
  });
}
