import { isEnded, type AuditEvent, type InstanceId } from '#libs/engine';
import type { InboxRow } from '#libs/persistence';
import { partitionBuckets } from './bucket-range.js';
import type { CachedInstance } from './instance-cache.js';
import type { Partition } from './partition.js';
import { setAside } from './set-aside.js';

const forgottenEveryMs = 10_000;

/**
 * Begins what parents ask for; done beside the batches, since it needs no state of ours.
 * @param stray inbox rows of ids that are no instances
 * @returns rows for which there will never be an instance
 */
export function startChildren(partition: Partition, stray: readonly InboxRow[]): InboxRow[] {
  const { starting, services } = partition;
  const requests = stray.filter((row) => row.kind === 'startChild');
  // One that is spoilt may be a request, too: its parent waits, so it stays for a person to mend.
  const unclear = stray.filter((row) => row.kind === 'spoilt');
  const awaited = new Set<InstanceId>([...[...requests, ...unclear].map((row) => row.instanceId), ...starting]);
  const fresh = requests.filter((row) => !starting.has(row.instanceId));
  if (fresh.length > 0) {
    for (const { instanceId } of fresh) starting.add(instanceId);
    partition.aside('children could not be started, the next sweep finds them', () =>
      services.children.start(fresh).finally(() => {
        for (const { instanceId } of fresh) starting.delete(instanceId);
      }),
    );
  }
  return stray.filter((row) => !awaited.has(row.instanceId));
}

/** Only an instance with a key can have been joined by others. */
export function tellEnds(
  partition: Partition,
  changed: readonly { instance: CachedInstance; events: readonly AuditEvent[] }[],
): void {
  const ended = changed.filter(
    ({ instance: { state, head }, events }) => head.key !== null && events.length > 0 && isEnded(state.status),
  );
  if (ended.length === 0) return;
  const ids = ended.map(({ instance }) => instance.state.id);
  partition.aside('ends could not be told, the sweep does it', () =>
    partition.services.children.tellEnds(ids, unreadable(partition)),
  );
}

export function tellForgotten(partition: Partition): void {
  if (performance.now() - partition.toldForgottenMs < forgottenEveryMs) return;
  partition.toldForgottenMs = performance.now();
  const [from, to] = partitionBuckets(partition.number, partition.services.config.partitions);
  const { children, quarantine } = partition.services;
  partition.aside('forgotten ends could not be told', () =>
    children.tellForgotten(from, to, quarantine.ids(), unreadable(partition)),
  );
}

/** Who waits for an end that cannot be read waits until somebody has mended it. */
const unreadable =
  ({ services }: Partition) =>
  (id: InstanceId, error: unknown): void =>
    setAside(services, id, error);
