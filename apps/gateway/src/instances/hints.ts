import { Inject, Injectable } from '@nestjs/common';
import { bucketOf, defaultTenant, exchanges, partitionKey, partitionOf, type PartitionEnvelope } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { encodeEnvelope, type OutgoingMessage, type Transport, TRANSPORT } from '#libs/messaging';
import { CONFIG, type Config } from '#libs/platform';

/** Hints in one message. */
const perMessage = 500;
/** Messages not yet confirmed; beyond them hints are left out, the owners' sweep (1 s) covers it. */
const maxOutstanding = 1_000;

/** "Look at your inbox" to the owners of instances. Best effort: what counts is in PostgreSQL already. */
@Injectable()
export class Hints {
  private outstanding = 0;

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(CONFIG) private readonly config: Pick<Config, 'partitions'>,
  ) {}

  send(ids: readonly InstanceId[]): void {
    if (ids.length === 0 || this.transport.state !== 'connected' || this.outstanding >= maxOutstanding) return;
    const messages = this.messagesFor(ids);
    this.outstanding += messages.length;
    void this.transport
      .publish(messages)
      .catch(() => undefined)
      .finally(() => (this.outstanding -= messages.length));
  }

  private messagesFor(ids: readonly InstanceId[]): OutgoingMessage[] {
    const byPartition = new Map<number, InstanceId[]>();
    for (const id of ids) {
      const partition = partitionOf(bucketOf(id), this.config.partitions);
      const known = byPartition.get(partition);
      if (known) known.push(id);
      else byPartition.set(partition, [id]);
    }
    return [...byPartition].flatMap(([partition, own]) => {
      const slices: OutgoingMessage[] = [];
      for (let from = 0; from < own.length; from += perMessage) slices.push(hint(partition, own.slice(from, from + perMessage)));
      return slices;
    });
  }
}

function hint(partition: number, ids: readonly InstanceId[]): OutgoingMessage {
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
