import { exchanges } from '#libs/contracts';
import { isOwnExchange } from '../topology.js';
import type { OutgoingMessage, PublishOutcome } from '../transport.js';
import type { AmqpSettings } from './amqp-options.js';
import { Publication, PublicationBatch } from './publication.js';
import { Publisher, type PublisherHooks } from './publisher.js';

const lanes = 8;
const eventLanes = 2;

/**
 * Spreads publications over a few confirm channels by routing key: order is kept for each key, and a queue that does not answer
 * holds up its own channel only. Lifecycle events have channels of their own: queues of their subscribers are not ours. So have messages to
 * exchanges that are not ours: a missing exchange closes it.
 */
export class Publishers {
  private readonly own: readonly Publisher[];
  private readonly events: readonly Publisher[];
  private readonly foreign: Publisher;
  private readonly all: readonly Publisher[];

  constructor(
    private readonly settings: AmqpSettings,
    hooks: PublisherHooks,
  ) {
    this.own = Array.from({ length: lanes }, () => new Publisher(settings, hooks));
    this.events = Array.from({ length: eventLanes }, () => new Publisher(settings, hooks));
    this.foreign = new Publisher(settings, hooks);
    this.all = [...this.own, ...this.events, this.foreign];
  }

  publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    const batch = new PublicationBatch(messages.length);
    const deadline = performance.now() + this.settings.confirmTimeoutMs;
    const touched = new Set<Publisher>();
    messages.forEach((message, index) => {
      const publisher = this.publisherOf(message);
      publisher.add(new Publication(message, deadline, batch, index));
      touched.add(publisher);
    });
    for (const publisher of touched) publisher.pump();
    return batch.outcomes;
  }

  block(isBlocked: boolean): void {
    for (const publisher of this.all) publisher.block(isBlocked);
  }

  /** Resolves when every publication is settled. */
  async idle(): Promise<void> {
    await Promise.all(this.all.map((publisher) => publisher.idle()));
  }

  end(): void {
    for (const publisher of this.all) publisher.end();
  }

  private publisherOf(message: OutgoingMessage): Publisher {
    if (!isOwnExchange(message.exchange)) return this.foreign;
    if (message.exchange === exchanges.events) return this.events[laneOf(message.routingKey) % eventLanes] ?? this.foreign;
    return this.own[laneOf(message.routingKey)] ?? this.foreign;
  }
}

/** FNV-1a: neighbours such as `p.0` to `p.7` get lanes of their own. */
export function laneOf(routingKey: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < routingKey.length; i += 1) hash = Math.imul(hash ^ routingKey.charCodeAt(i), 0x01000193);
  return hash & (lanes - 1);
}
