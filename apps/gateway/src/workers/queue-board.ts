import type { LiveQueues, Queue, Task, WorkerAnnouncement } from '#libs/contracts';
import { toIsoOrNull } from '../http/times.js';

/** Without what is set. */
export type QueueFigures = Omit<Queue, 'settings' | 'inUse' | 'limit'>;
export type TaskFigures = Omit<Task, 'settings' | 'inUse' | 'limit'>;

type Item = LiveQueues['items'][number];

/** Counters of step queues as their owners last told them, summed over partitions. */
export class QueueBoard {
  private readonly byPartition = new Map<number, readonly Item[]>();

  hear({ partition, items }: LiveQueues): void {
    this.byPartition.set(partition, items);
  }

  /**
   * Every queue an owner or a live worker speaks of.
   * @param ready messages ready in the broker, by `<queue>.<task>`; absent = not known
   */
  list(workers: readonly WorkerAnnouncement[], ready: ReadonlyMap<string, number>): QueueFigures[] {
    const sums = new Map<string, Sum>();
    for (const item of [...this.byPartition.values()].flat()) addItem(sumOf(sums, item.queue, item.task), item);
    for (const worker of workers)
      for (const handler of worker.handlers) addHandler(sumOf(sums, handler.queue, handler.task), handler, worker);
    return [...sums.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { oldest, ...sum }]) => {
        const waiting = ready.get(name);
        return { ...sum, ready: waiting ?? null, running: Math.max(0, sum.sent - (waiting ?? 0)), oldestAt: toIsoOrNull(oldest) };
      });
  }

  /** Steps of a queue, or of a task, that have been sent and have not ended. */
  inUse(scope: 'queue' | 'task', name: string): number {
    let sent = 0;
    for (const items of this.byPartition.values()) for (const item of items) if (item[scope] === name) sent += item.sent;
    return sent;
  }

  /** Of one partition. */
  ofPartition(partition: number): { inFlight: number; backlog: number } {
    const items = this.byPartition.get(partition) ?? [];
    return {
      inFlight: items.reduce((sum, { sent }) => sum + sent, 0),
      backlog: items.reduce((sum, { queued }) => sum + queued, 0),
    };
  }

  /** Steps that wait for a worker, and since when the oldest does (epoch ms). */
  backlog(): { queued: number; oldestAt: number | null } {
    const items = [...this.byPartition.values()].flat();
    const oldest = items.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt]));
    return {
      queued: items.reduce((sum, { queued }) => sum + queued, 0),
      oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
    };
  }
}

interface Sum {
  readonly queue: string;
  readonly task: string;
  queued: number;
  sent: number;
  workers: number;
  slots: number;
  oldest: number | null;
}

function sumOf(sums: Map<string, Sum>, queue: string, task: string): Sum {
  const name = `${queue}.${task}`;
  const known = sums.get(name);
  if (known) return known;
  const fresh: Sum = { queue, task, queued: 0, sent: 0, workers: 0, slots: 0, oldest: null };
  sums.set(name, fresh);
  return fresh;
}

function addItem(sum: Sum, { queued, sent, oldestAt }: Item): void {
  sum.queued += queued;
  sum.sent += sent;
  if (oldestAt !== null) sum.oldest = Math.min(sum.oldest ?? oldestAt, oldestAt);
}

function addHandler(sum: Sum, handler: { concurrency: number }, worker: WorkerAnnouncement): void {
  sum.workers += 1;
  sum.slots += Math.min(handler.concurrency, worker.concurrency);
}

/** Tasks of live workers, by name. */
export function tasksOf(workers: readonly WorkerAnnouncement[]): TaskFigures[] {
  const names = new Set(workers.flatMap((worker) => worker.handlers.map(({ task }) => task)));
  return [...names].sort().map((task) => {
    const serving = workers.flatMap((worker) =>
      worker.handlers.filter((handler) => handler.task === task).map((handler) => ({ worker, handler })),
    );
    const means = serving.flatMap(({ worker }) => (worker.meanMs[task] === undefined ? [] : [worker.meanMs[task]]));
    return {
      task,
      queues: [...new Set(serving.map(({ handler }) => handler.queue))].sort(),
      workers: new Set(serving.map(({ worker }) => worker.id)).size,
      slots: serving.reduce((sum, { handler, worker }) => sum + Math.min(handler.concurrency, worker.concurrency), 0),
      meanMs: means.length === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / means.length,
    };
  });
}
