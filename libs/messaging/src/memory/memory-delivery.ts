import type { Delivery, OutgoingMessage, Settlement } from '../transport.js';
import type { QueueEntry } from './memory-queue.js';

const noHeaders: Readonly<Record<string, unknown>> = Object.freeze({});

/** What a delivery tells its consumer. */
export interface SettlementTaker {
  readonly queue: string;
  settled(delivery: MemoryDelivery, settlement: Settlement): void;
}

export class MemoryDelivery implements Delivery {
  private readonly message: OutgoingMessage;
  readonly redelivered: boolean;
  readonly headers: Readonly<Record<string, unknown>>;

  constructor(
    readonly entry: QueueEntry,
    private readonly consumer: SettlementTaker,
  ) {
    this.message = entry.message;
    this.redelivered = entry.deliveries > 1;
    const headers = entry.message.headers ?? noHeaders;
    this.headers = this.redelivered ? { ...headers, 'x-delivery-count': entry.deliveries - 1 } : headers;
  }

  get queue(): string {
    return this.consumer.queue;
  }

  get exchange(): string {
    return this.message.exchange;
  }

  get routingKey(): string {
    return this.message.routingKey;
  }

  get content(): Buffer {
    return this.message.content;
  }

  get messageId(): string | undefined {
    return this.message.messageId;
  }

  get correlationId(): string | undefined {
    return this.message.correlationId;
  }

  get replyTo(): string | undefined {
    return this.message.replyTo;
  }

  get type(): string | undefined {
    return this.message.type;
  }

  get contentType(): string {
    return this.message.contentType ?? 'application/json';
  }

  settle(settlement: Settlement): void {
    this.consumer.settled(this, settlement);
  }
}
