import { bucketOf, defaultTenant, exchanges, partitionKey, partitionOf, type PartitionEnvelope } from '#libs/contracts';
import { encodeEnvelope } from './codec.js';
import type { OutgoingMessage } from './transport.js';

/** Hints in one message. */
const perMessage = 500;

/** "Look at your inbox" to the owners of instances: a message or more for each partition. A hint that gets lost is found by the sweep. */
export function hintMessages(ids: readonly string[], partitions: number): OutgoingMessage[] {
  const byPartition = Map.groupBy(new Set(ids), (id) => partitionOf(bucketOf(id), partitions));
  return [...byPartition].flatMap(([partition, own]) => {
    const slices: OutgoingMessage[] = [];
    for (let from = 0; from < own.length; from += perMessage) slices.push(hint(partition, own.slice(from, from + perMessage)));
    return slices;
  });
}

function hint(partition: number, ids: readonly string[]): OutgoingMessage {
  const envelope: PartitionEnvelope = {
    v: 1,
    tenant: defaultTenant,
    kind: 'partition',
    items: ids.map((instanceId) => ({ kind: 'hint', instanceId })),
  };
  return {
    exchange: exchanges.partitions,
    routingKey: partitionKey(partition),
    content: encodeEnvelope(envelope),
    mandatory: true,
  };
}
