import type { FaultListener } from '../fault.js';
import type { Consumer, ConsumeOptions, Settlement } from '../transport.js';
import { MemoryDelivery, type SettlementTaker } from './memory-delivery.js';
import type { MemoryQueue, QueueEntry } from './memory-queue.js';

export type LossReason = 'queueGone' | 'disconnected' | 'channelClosed';

export interface ConsumerHooks {
  readonly onFault: FaultListener;
  /** Closed, or lost for good: forget it. */
  readonly onEnd: (consumer: MemoryConsumer) => void;
}

/** One consumer of one queue; unsettled deliveries are its own until it closes or is lost. */
export class MemoryConsumer implements Consumer, SettlementTaker {
  private readonly unsettled = new Set<MemoryDelivery>();
  private attached: MemoryQueue | undefined;
  private home: MemoryQueue;
  private prefetch: number;

  constructor(
    queue: MemoryQueue,
    readonly options: ConsumeOptions,
    private readonly hooks: ConsumerHooks,
  ) {
    this.home = queue;
    this.prefetch = options.prefetch;
    this.attach(queue);
  }

  get queue(): string {
    return this.home.spec.name;
  }

  get hasRoom(): boolean {
    return this.unsettled.size < this.prefetch;
  }

  /** Consumes again, after a loss. */
  attach(queue: MemoryQueue): void {
    this.home = queue;
    this.attached = queue;
    queue.attach(this);
  }

  deliver(entry: QueueEntry): void {
    const delivery = new MemoryDelivery(entry, this);
    this.unsettled.add(delivery);
    try {
      this.options.onDelivery(delivery);
    } catch (error) {
      this.hooks.onFault(error, `handler of ${this.queue}`, 'error');
      delivery.settle('deadLetter');
    }
  }

  settled(delivery: MemoryDelivery, settlement: Settlement): void {
    const hadRoom = this.hasRoom;
    if (!this.unsettled.delete(delivery)) return;
    if (settlement === 'requeue') this.home.requeue([delivery.entry]);
    else if (settlement === 'deadLetter') this.home.deadLetter(delivery.entry);
    if (!hadRoom) this.attached?.wake();
  }

  cancel(): Promise<void> {
    const queue = this.attached;
    this.attached = undefined;
    queue?.detach(this);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.cancel();
    this.giveBack();
    this.hooks.onEnd(this);
  }

  setPrefetch(prefetch: number): Promise<void> {
    this.prefetch = prefetch;
    this.attached?.wake();
    return Promise.resolve();
  }

  /** Nothing it holds can be settled any more. A lost connection gives it back, a deleted queue has taken it along. */
  lose(why: LossReason): void {
    const wasAttached = this.attached !== undefined;
    if (why === 'queueGone') {
      this.attached = undefined;
      this.unsettled.clear();
      this.hooks.onEnd(this);
    } else {
      void this.cancel();
      this.giveBack();
    }
    if (wasAttached) this.options.onLost?.(why);
  }

  /** Whether it was delivering, so that it is to be restored after a reconnect. */
  get isAttached(): boolean {
    return this.attached !== undefined;
  }

  private giveBack(): void {
    const entries = [...this.unsettled].map((delivery) => delivery.entry);
    this.unsettled.clear();
    this.home.requeue(entries);
  }
}
