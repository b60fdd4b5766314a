import type { Consumer, Delivery, Transport } from '#libs/messaging';

export interface SubscriptionOptions {
  readonly queue: string;
  readonly prefetch: () => number;
  /** Before each try to consume. @returns false when the queue is not there yet */
  readonly prepare: () => Promise<boolean>;
  readonly onDelivery: (delivery: Delivery, source: object) => void;
  /** The consumer was lost, and with it the right to settle what came through it. */
  readonly onLost: (source: object) => void;
  /** Is something that came through it still to be settled? */
  readonly isOwed?: (source: object) => boolean;
}

/**
 * Consumes one queue whenever it can be consumed. The transport is told not to restore it: what came through a lost consumer has to be let go of first, and a
 * step queue may not come back before an orchestrator has declared it.
 */
export class Subscription {
  private consumer?: Consumer;
  /** Stands for the present consumer, also while it is being opened. */
  private source?: object;
  private prefetch = 0;
  private isOpening = false;
  private isOver = false;
  private isPaused = false;
  /** Cancelled by a pause; what came through them may still be running, and is settled through them. */
  private retired: { readonly consumer: Consumer; readonly source: object | undefined }[] = [];

  constructor(
    private readonly transport: Transport,
    private readonly options: SubscriptionOptions,
  ) {}

  get isConsuming(): boolean {
    return this.consumer !== undefined;
  }

  /** Consumes if it does not; never rejects, the next call tries again. */
  async ensure(): Promise<void> {
    if (this.consumer !== undefined || this.isOpening || this.isOver || this.isPaused) return;
    this.isOpening = true;
    try {
      if (await this.options.prepare()) await this.open();
    } catch {
      // not connected, or the queue went between the two calls
    } finally {
      this.isOpening = false;
    }
  }

  /** Asks for as many messages as its task is worth now. */
  async adapt(): Promise<void> {
    await this.closeRetired((source) => source === undefined || this.options.isOwed?.(source) !== true);
    const wanted = this.options.prefetch();
    if (this.consumer === undefined || wanted === this.prefetch) return;
    this.prefetch = wanted;
    await this.consumer.setPrefetch(wanted).catch(() => undefined); // lost: opened anew with the right one
  }

  /** No more deliveries until `resume`; those held can still be settled. */
  async pause(): Promise<void> {
    this.isPaused = true;
    const { consumer, source } = this;
    if (consumer === undefined) return;
    this.consumer = undefined;
    this.retired.push({ consumer, source });
    await consumer.cancel().catch(() => undefined);
  }

  async resume(): Promise<void> {
    this.isPaused = false;
    await this.ensure();
  }

  private async closeRetired(isDone: (source: object | undefined) => boolean): Promise<void> {
    const done = this.retired.filter(({ source }) => isDone(source));
    this.retired = this.retired.filter((one) => !done.includes(one));
    for (const { consumer } of done) await consumer.close().catch(() => undefined);
  }

  /** No more deliveries; those held can still be settled. */
  async cancel(): Promise<void> {
    this.isOver = true;
    await this.consumer?.cancel().catch(() => undefined);
  }

  /** Gives back what was not settled. */
  async close(): Promise<void> {
    this.isOver = true;
    await this.closeRetired(() => true);
    await this.consumer?.close().catch(() => undefined);
    this.consumer = undefined;
  }

  private async open(): Promise<void> {
    const source = {};
    this.source = source;
    this.prefetch = this.options.prefetch();
    const consumer = await this.transport.consume(this.options.queue, {
      prefetch: this.prefetch,
      restore: false,
      onDelivery: (delivery) => this.options.onDelivery(delivery, source),
      onLost: () => this.lost(source),
    });
    if (this.source !== source) return; // lost before it was known here
    this.consumer = consumer;
    if (this.isOver)
      await consumer.cancel().catch(() => undefined); // cancelled while it was opening
    else if (this.isPaused) await this.pause();
  }

  private lost(source: object): void {
    if (this.source === source) {
      this.source = undefined;
      this.consumer = undefined;
    }
    this.options.onLost(source);
  }
}
