import {
  type Consumer,
  type ConsumeOptions,
  type Delivery,
  type FaultListener,
  QueueMissingError,
  type Settlement,
} from '#libs/messaging';

export type DeliveryFacts = Omit<Delivery, 'content' | 'settle'>;

/** What a consumer needs of its transport. */
export interface ConsumerLink {
  request(what: 'consume' | 'cancel' | 'close' | 'setPrefetch', ...args: readonly unknown[]): Promise<unknown>;
  settle(delivery: number, as: Settlement): void;
  readonly onFault: FaultListener;
  readonly onClosed: () => void;
}

/** One consumer; what a lost connection brought can no longer be settled. */
export class SocketConsumer implements Consumer {
  /** By number, which the next connection counts anew: only the same delivery may be settled. */
  private readonly open = new Map<number, DeliveryFacts>();
  private prefetch: number;
  private isAttached = false;

  constructor(
    readonly queue: string,
    private readonly options: ConsumeOptions,
    private readonly link: ConsumerLink,
  ) {
    this.prefetch = options.prefetch;
  }

  async attach(): Promise<void> {
    this.isAttached = true;
    await this.link.request('consume', this.queue, this.prefetch);
  }

  /** On a new connection. */
  async restore(): Promise<void> {
    try {
      await this.attach();
      this.options.onRestored?.();
    } catch (error) {
      if (!(error instanceof QueueMissingError)) throw error;
      this.end('queueGone');
      this.link.onClosed();
    }
  }

  take(number: number, facts: DeliveryFacts, content: Buffer): void {
    this.open.set(number, facts);
    const settle = (settlement: Settlement): void => {
      if (this.open.get(number) !== facts) return;
      this.open.delete(number);
      this.link.settle(number, settlement);
    };
    try {
      this.options.onDelivery({ ...facts, content, settle });
    } catch (error) {
      this.link.onFault(error, `handler of ${this.queue}`, 'error');
      settle('deadLetter');
    }
  }

  async cancel(): Promise<void> {
    if (!this.isAttached) return;
    this.isAttached = false;
    await this.link.request('cancel').catch(() => undefined); // a lost connection has cancelled it
  }

  async close(): Promise<void> {
    this.isAttached = false;
    this.open.clear();
    await this.link.request('close').catch(() => undefined);
    this.link.onClosed();
  }

  async setPrefetch(prefetch: number): Promise<void> {
    this.prefetch = prefetch;
    await this.link.request('setPrefetch', prefetch).catch(() => undefined); // the next connection begins with it
  }

  /** @returns whether it is to be restored */
  lose(): boolean {
    const isRestored = this.isAttached && this.options.restore !== false;
    this.end('disconnected');
    this.isAttached = isRestored;
    return isRestored;
  }

  end(why: 'queueGone' | 'disconnected'): void {
    const wasAttached = this.isAttached;
    this.isAttached = false;
    this.open.clear();
    if (wasAttached) this.options.onLost?.(why);
  }
}
