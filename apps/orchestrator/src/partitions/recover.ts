import { isEnded, type AuditEvent, type InstanceId } from '#libs/engine';
import { crashPoint } from '#libs/platform';
import { outgoing } from '../dispatch/outgoing.js';
import { lostStepsOf, settledLossesOf } from '../incidents/lost-steps.js';
import { partitionBuckets } from './bucket-range.js';
import type { CachedInstance } from './instance-cache.js';
import type { Partition } from './partition.js';
import { publish } from './publish.js';

const pageSize = 500;
/** Queued instances are read ahead only so far: the rest follows as the backlog drains, see `sweep`. */
export const backlogAhead = 5_000;

/**
 * What a new owner must know before its first batch: attempts that are out, commands that could not be sent, and the effects of batches
 * after `sent_through`, which alone are sent again (if still open).
 */
export async function recoverPartition(partition: Partition): Promise<void> {
  const { store } = partition.services;
  await adoptInstances(partition, 'sent', Infinity);
  partition.queuedAfter = await adoptInstances(partition, 'queued', backlogAhead);
  for (const row of await store.unsentDue(partition.number, false, Number.MAX_SAFE_INTEGER, 10_000))
    partition.unsent.adopt(row, performance.now());
  const changed = await unconfirmedChanges(partition);
  const lost = changed.flatMap(({ instance, events }) => lostStepsOf(partition.services.incidents, instance.state.id, events));
  if ((await Promise.all(lost)).includes(false)) throw new Error('an incident could not be written');
  const settle = changed.flatMap(({ instance, events }) =>
    settledLossesOf(partition.services.incidents, instance.state.id, events),
  );
  if ((await Promise.all(settle.map((each) => each()))).includes(false)) throw new Error('an incident could not be closed');
  if (changed.length > 0) {
    crashPoint('take-over.read');
    const out = outgoing(partition.number, changed, [], () => undefined);
    partition.teller.tell(partition.batchNo, out.told);
    await publish(partition, out);
    crashPoint('take-over.sent');
    await partition.teller.settled();
  }
  await partition.teller.recover();
  partition.services.metrics.recovered(changed.length);
  partition.remindAll();
}

/** @returns where to go on when there is more */
async function adoptInstances(partition: Partition, work: 'queued' | 'sent', atMost: number): Promise<string | undefined> {
  const { services, cache } = partition;
  const [from, to] = partitionBuckets(partition.number, services.config.partitions);
  let after: string | null = null;
  for (let adopted = 0; adopted < atMost;) {
    const ids: InstanceId[] = await services.store.instancesWithWork(from, to, work, after, pageSize);
    if (ids.length === 0) return undefined;
    const { fresh, broken } = await services.loader.load(cache, ids, new Set());
    for (const { state } of fresh) {
      partition.work.adopt(state);
      partition.keys.adopt(state);
    }
    for (const [id, error] of broken) services.incidents.broken(id, error);
    cache.trim();
    adopted += ids.length;
    after = ids.at(-1)!;
  }
  return after ?? undefined;
}

async function unconfirmedChanges(partition: Partition): Promise<{ instance: CachedInstance; events: AuditEvent[] }[]> {
  const { services, cache, lease } = partition;
  const { store, loader, config } = services;
  const changed: { instance: CachedInstance; events: AuditEvent[] }[] = [];
  const touched = await store.touchedAfter(partition.number, config.topology, lease.sentThrough);
  for (let at = 0; at < touched.length; at += pageSize) {
    const page = touched.slice(at, at + pageSize);
    const found = await store.eventsIn(page);
    await loader.load(cache, found.keys(), new Set());
    for (const [instanceId, events] of found) {
      const instance = cache.get(instanceId);
      if (instance === undefined) continue;
      if (!isEnded(instance.state.status)) {
        partition.work.adopt(instance.state);
        partition.keys.adopt(instance.state);
      }
      changed.push({ instance, events });
    }
  }
  return changed;
}
