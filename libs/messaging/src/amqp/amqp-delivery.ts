import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import type { Delivery, Settlement } from '../transport.js';
import type { Acknowledgements } from './acknowledgements.js';

/** Before a message goes back to its queue that could not be buried, ms: it would come again at once. */
const againMs = 1_000;

const noHeaders: Readonly<Record<string, unknown>> = Object.freeze({});

const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A message as RabbitMQ delivered it, bound to the channel it came on. */
export class AmqpDelivery implements Delivery {
  private isBeingBuried = false;

  constructor(
    readonly queue: string,
    private readonly message: ConsumeMessage,
    private readonly acknowledgements: Acknowledgements,
    /** Publishes it as a dead letter. @returns whether the broker has that */
    private readonly bury: (delivery: Delivery) => Promise<boolean>,
  ) {}

  get exchange(): string {
    return this.message.fields.exchange;
  }

  get routingKey(): string {
    return this.message.fields.routingKey;
  }

  get content(): Buffer {
    return this.message.content;
  }

  get redelivered(): boolean {
    return this.message.fields.redelivered;
  }

  get messageId(): string | undefined {
    return textOr(this.message.properties.messageId);
  }

  get correlationId(): string | undefined {
    return textOr(this.message.properties.correlationId);
  }

  get replyTo(): string | undefined {
    return textOr(this.message.properties.replyTo);
  }

  get type(): string | undefined {
    return textOr(this.message.properties.type);
  }

  get contentType(): string | undefined {
    return textOr(this.message.properties.contentType);
  }

  get timestamp(): number | undefined {
    const { timestamp } = this.message.properties as { timestamp?: unknown };
    return typeof timestamp === 'number' ? timestamp : undefined;
  }

  get headers(): Readonly<Record<string, unknown>> {
    return this.message.properties.headers ?? noHeaders;
  }

  settle(settlement: Settlement): void {
    if (this.isBeingBuried) return;
    if (settlement === 'deadLetter') void this.buryOrRequeue();
    else this.tell(settlement);
  }

  private async buryOrRequeue(): Promise<void> {
    this.isBeingBuried = true;
    if (await this.bury(this)) return this.tell('ack');
    await pause(againMs, undefined, { ref: false });
    this.tell('requeue');
  }

  private tell(settlement: 'ack' | 'requeue'): void {
    this.acknowledgements.settle(this.message.fields.deliveryTag, settlement);
  }
}
