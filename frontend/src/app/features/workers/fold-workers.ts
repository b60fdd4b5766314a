import type { Queue, Worker } from '@contracts/rest/capacity';
import type { TopicMessage } from '@contracts/live/protocol';

export interface Capacity {
  /** By name of host, then id: a table that does not jump. */
  readonly workers: readonly Worker[];
  readonly queues: readonly Queue[];
}

export const emptyCapacity: Capacity = { workers: [], queues: [] };

const byHost = (a: Worker, b: Worker): number => a.host.localeCompare(b.host) || a.id.localeCompare(b.id);
const byName = (a: Queue, b: Queue): number => a.queue.localeCompare(b.queue) || a.task.localeCompare(b.task);

export function foldCapacity(capacity: Capacity, message: TopicMessage): Capacity {
  if (message.topic === 'queues') return { ...capacity, queues: [...message.items].sort(byName) };
  if (message.topic !== 'workers') return capacity;
  if (message.type === 'snapshot') return { ...capacity, workers: [...message.items].sort(byHost) };
  const changed = new Map(message.changed.map((worker) => [worker.id, worker]));
  const kept = capacity.workers.filter(({ id }) => !changed.has(id) && !message.removed.includes(id));
  return { ...capacity, workers: [...kept, ...changed.values()].sort(byHost) };
}

/** Steps of a queue that no worker has begun. */
export const waitingSteps = (queue: Queue): number => queue.queued + (queue.ready ?? Math.max(0, queue.sent - queue.running));

/** Work without anyone to do it: the row is shown in red. */
export const isUnserved = (queue: Queue): boolean => queue.workers === 0 && waitingSteps(queue) > 0;
