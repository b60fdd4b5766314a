import { tellForgotten } from './children-aside.js';
import { backlogAhead } from './recover.js';
import { partitionBuckets } from './bucket-range.js';
import type { Partition } from './partition.js';

const sweepSize = 500;
const busyParcels = 20;
const busySweepMs = 5_000;

/** Finds what nobody told us of: due wake-ups and inbox rows whose hint was lost. A busy partition, which finds much of it by itself, is swept less often. */
export async function sweep(partition: Partition): Promise<void> {
  const { store, config, quarantine } = partition.services;
  const [from, to] = partitionBuckets(partition.number, config.partitions);
  const found = await store.stirring(from, to, partition.due.horizonMs());
  if (found.hasDue) await partition.due.sweep();
  const isBusy = partition.waitingInputs > busyParcels;
  if (isBusy && performance.now() - partition.sweptMs < busySweepMs) return;
  partition.sweptMs = performance.now();
  const waiting = found.hasInbox ? await store.inboxWaiting(from, to, sweepSize, quarantine.ids()) : [];
  await readBacklogAhead(partition);
  partition.push(...waiting.map((instanceId) => ({ kind: 'hint', instanceId }) as const));
  tellForgotten(partition);
  partition.keys.sweep(found.hasKeys);
  void partition.teller.tryAgain();
}

/** Steps that cannot move now (a pause, a limit, no worker) must not keep others out of memory; but so many are enough. */
const backlogAtMost = 50_000;

/** A long backlog is in memory only in part: when what can move of that part has drained, the next instances are brought in. */
async function readBacklogAhead(partition: Partition): Promise<void> {
  const { queuedAfter, services, work } = partition;
  const { size } = work.backlog;
  if (queuedAfter === undefined || size > backlogAtMost || size - stuckSteps(partition) > backlogAhead / 2) return;
  const [from, to] = partitionBuckets(partition.number, services.config.partitions);
  const ids = await services.store.instancesWithWork(from, to, 'queued', queuedAfter, backlogAhead / 2);
  partition.queuedAfter = ids.at(-1);
  for (let at = 0; at < ids.length; at += sweepSize) partition.wakeAll(ids.slice(at, at + sweepSize));
}

function stuckSteps({ work, limits, services }: Partition): number {
  const nowMs = services.clock.nowMs();
  let stuck = 0;
  for (const lane of work.backlog.laneNames()) {
    const [first] = work.backlog.peek(lane, 1);
    if (first === undefined) continue;
    const { queue, task } = first;
    const isServed = services.workers.capacity(queue, task) > 0;
    const room = Math.min(limits.roomOf('queue', queue, nowMs), limits.roomOf('task', task, nowMs));
    if (!isServed || room <= 0) stuck += work.backlog.laneSize(lane);
  }
  return stuck;
}
