/** The three frames of a channel that settle deliveries. */
export interface SettlementFrames {
  ack(deliveryTag: number, upTo: boolean): void;
  requeue(deliveryTag: number): void;
}

/** ms. A few acknowledgements wait so long for others: each one that reaches a quorum queue alone is a write of its log, in the way of the next message. */
const usualHoldMs = 10;

/**
 * Settlements of one channel. Acknowledgements leave together, after 10 ms or as soon as there are many; whatever is contiguous from the
 * oldest unsettled tag is one frame. Delivery tags mean nothing on another channel: when this one dies, `end` silences it.
 */
export class Acknowledgements {
  /** Every tag below it is settled. */
  private oldest = 1;
  /** Settled ahead of the oldest. */
  private readonly ahead = new Set<number>();
  private unsent: number[] = [];
  private isScheduled = false;
  private timer: NodeJS.Timeout | undefined;
  private isEnded = false;

  /** @param many so many are not held back: they leave with their turn of the event loop */
  constructor(
    private readonly frames: SettlementFrames,
    public many = 1,
    private readonly holdMs = usualHoldMs,
  ) {}

  settle(tag: number, settlement: 'ack' | 'requeue'): void {
    if (this.isEnded || tag < this.oldest || this.ahead.has(tag)) return;
    this.ahead.add(tag);
    while (this.ahead.delete(this.oldest)) this.oldest += 1;
    if (settlement !== 'ack') return this.frames.requeue(tag);
    this.unsent.push(tag);
    if (this.isScheduled) return;
    if (this.unsent.length < this.many) {
      this.timer ??= setTimeout(() => this.flush(), this.holdMs);
      return;
    }
    this.isScheduled = true;
    setImmediate(() => this.flush());
  }

  /** Whether it and everything before it is settled. */
  hasSettled(tag: number): boolean {
    return tag < this.oldest;
  }

  /** Sends what is due now. */
  flush(): void {
    this.isScheduled = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.isEnded || this.unsent.length === 0) return;
    const due = this.unsent;
    this.unsent = [];
    let contiguous = 0;
    for (const tag of due) if (tag < this.oldest && tag > contiguous) contiguous = tag;
    // all tags up to it are settled, those that went back already gone: one frame for all
    if (contiguous > 0) this.frames.ack(contiguous, true);
    for (const tag of due) if (tag > this.oldest) this.frames.ack(tag, false);
  }

  end(): void {
    this.isEnded = true;
    clearTimeout(this.timer);
    this.unsent = [];
    this.ahead.clear();
  }
}
