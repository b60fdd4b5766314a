import type { Consumer, Delivery, QueueSpec, Transport } from '#libs/messaging';

const retryMs = 1_000;

export interface ListenOptions {
  readonly prefetch: number;
  readonly onDelivery: (delivery: Delivery) => void;
  readonly onTrouble: (error: unknown) => void;
  /** It is consumed, for the first time or again: what an exclusive queue missed before is lost. */
  readonly onOpen?: () => void;
  /** Makes sure that the queue is there; default: it is declared. */
  readonly prepare?: () => Promise<void>;
  /** Between two tries, ms. */
  readonly reopenMs?: number;
}

/**
 * Consumes a queue as long as it is not closed, whatever the broker does: waits for it at the start, the transport restores the
 * consumer after a reconnect, and a queue that was deleted is declared again.
 */
export class BrokerListener {
  private consumer: Consumer | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private isOpening = false;

  constructor(
    private readonly transport: Transport,
    private readonly spec: QueueSpec,
    private readonly options: ListenOptions,
  ) {}

  open(): void {
    if (this.isClosed || this.isOpening) return;
    this.isOpening = true;
    this.consume()
      .catch((error: unknown) => this.failed(error))
      .finally(() => (this.isOpening = false));
  }

  /** No more deliveries; those in hand can still be settled. Does not wait for a broker that is away. */
  async cancel(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.consumer?.cancel().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.consumer?.close().catch(() => undefined);
  }

  private async consume(): Promise<void> {
    await this.transport.connect();
    if (this.isClosed) return;
    this.consumer = undefined;
    try {
      await (this.options.prepare ?? (() => this.declare()))();
      if (!this.isClosed) this.consumer = await this.subscribe();
    } finally {
      if (this.consumer === undefined) await this.abandon();
    }
    if (this.isClosed) await this.consumer?.close();
    else this.options.onOpen?.();
  }

  private subscribe(): Promise<Consumer> {
    return this.transport.consume(this.spec.name, {
      prefetch: this.options.prefetch,
      onDelivery: this.options.onDelivery,
      onRestored: () => this.options.onOpen?.(),
      onLost: (why) => {
        // Whatever else it was, the transport brings the consumer back.
        if (why === 'queueGone') this.later();
      },
    });
  }

  /** An exclusive queue goes with its last consumer; one that never had any would stay, and fill, as long as the connection lasts. */
  private async abandon(): Promise<void> {
    if (this.spec.life === 'exclusive') await this.transport.deleteQueue(this.spec.name).catch(() => undefined);
  }

  private async declare(): Promise<void> {
    await this.transport.declareExchanges();
    await this.transport.declareQueue(this.spec);
  }

  private failed(error: unknown): void {
    if (this.isClosed) return;
    this.options.onTrouble(error);
    this.later();
  }

  private later(): void {
    clearTimeout(this.timer);
    if (!this.isClosed) this.timer = setTimeout(() => this.open(), this.options.reopenMs ?? retryMs);
  }
}
