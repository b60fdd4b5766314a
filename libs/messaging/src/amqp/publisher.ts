import type { ConfirmChannel } from 'amqplib';
import { Fifo } from '../fifo.js';
import type { AmqpSettings } from './amqp-options.js';
import { ConfirmLane } from './confirm-lane.js';
import type { Publication } from './publication.js';
import { within } from './within.js';

export interface PublisherHooks {
  readonly openChannel: () => Promise<ConfirmChannel>;
  /** The broker closed the channel: no such exchange, or a message it refuses. Awaited before the next channel. */
  readonly onRefused: (error: unknown) => Promise<void>;
  /** No channel can be had: the connection is dead, known or not. */
  readonly onDead: (error: Error) => void;
}

/**
 * Publishes in order on one confirm channel. At most `maxOutstanding` messages are on the wire, the rest waits here, none longer than
 * `confirmTimeoutMs`: a confirm may never come (a memory alarm, a dead peer), and amqplib says nothing then.
 */
export class Publisher {
  private readonly waiting = new Fifo<Publication>();
  private readonly byAge = new Fifo<Publication>();
  private lane: ConfirmLane | undefined;
  private isOpening = false;
  private isBlocked = false;
  private isEnded = false;
  private lastProgressAt = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly settings: AmqpSettings,
    private readonly hooks: PublisherHooks,
  ) {}

  /** Takes it over; `pump` sends what may be sent. */
  add(publication: Publication): void {
    if (this.isEnded) return publication.settle('unconfirmed');
    if (this.byAge.length === 0) this.lastProgressAt = performance.now();
    this.byAge.push(publication);
    this.waiting.push(publication);
    this.watch();
  }

  /** Under an alarm of the broker nothing more is written; what waits expires by itself. */
  block(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    this.lastProgressAt = performance.now();
    if (!isBlocked) this.pump();
  }

  /** Resolves when every publication is settled. */
  idle(): Promise<void> {
    this.prune();
    if (this.byAge.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** The connection is gone. */
  end(): void {
    this.isEnded = true;
    clearTimeout(this.timer);
    this.waiting.clear();
    for (let next = this.byAge.shift(); next !== undefined; next = this.byAge.shift()) next.settle('unconfirmed');
    this.tellIdle();
  }

  pump(): void {
    if (this.isEnded || this.isBlocked || this.waiting.length === 0) return;
    const { lane } = this;
    if (lane === undefined) return void this.open();
    const { maxOutstanding, maxOutstandingBytes } = this.settings;
    while (
      lane === this.lane &&
      lane.isWritable &&
      lane.outstanding < maxOutstanding &&
      lane.outstandingBytes < maxOutstandingBytes
    ) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      lane.send(next);
    }
  }

  private async open(): Promise<void> {
    if (this.isOpening) return;
    this.isOpening = true;
    try {
      const channel = await within(this.hooks.openChannel(), this.settings.confirmTimeoutMs, 'opening a channel');
      const lane = new ConfirmLane(
        channel,
        this.settings.profile === 'durable',
        () => this.progressed(),
        (error) => this.settings.onFault(error, 'publish', 'error'),
      );
      let refusal: unknown;
      channel.on('error', (error: unknown) => (refusal = error));
      // before amqplib's own listener, which answers what is outstanding: nothing may be sent on the dead channel then
      channel.prependListener('close', () => this.closed(lane, refusal));
      this.lane = lane;
    } catch (error) {
      if (!this.isEnded) this.hooks.onDead(error as Error);
    } finally {
      this.isOpening = false;
    }
    this.pump();
  }

  private closed(lane: ConfirmLane, refusal: unknown): void {
    if (this.lane !== lane) return;
    this.lane = undefined;
    this.isOpening = true;
    // when the connection is ending, `end` comes before that
    setImmediate(() => void this.reopen(refusal));
  }

  private async reopen(refusal: unknown): Promise<void> {
    if (!this.isEnded && refusal !== undefined) await this.hooks.onRefused(refusal);
    this.isOpening = false;
    this.pump();
  }

  private progressed(): void {
    this.lastProgressAt = performance.now();
    this.prune();
    this.pump();
  }

  private prune(): void {
    while (this.byAge.length > 0 && this.byAge.peek()?.message === undefined) this.byAge.shift();
    if (this.byAge.length === 0) this.tellIdle();
  }

  private tellIdle(): void {
    for (const waiter of this.idleWaiters.splice(0)) waiter();
  }

  private watch(): void {
    const oldest = this.byAge.peek();
    if (oldest === undefined || this.timer !== undefined || this.isEnded) return;
    this.timer = setTimeout(() => this.expire(), Math.max(1, oldest.deadline - performance.now()));
  }

  private expire(): void {
    this.timer = undefined;
    const now = performance.now();
    let expiredOnWire = 0;
    for (let oldest = this.byAge.peek(); oldest !== undefined && oldest.deadline <= now; oldest = this.byAge.peek()) {
      this.byAge.shift();
      if (oldest.message === undefined) continue;
      if (oldest.isSent) expiredOnWire += 1;
      oldest.settle('unconfirmed');
    }
    if (this.lane !== undefined) this.lane.overdue += expiredOnWire;
    while (this.waiting.length > 0 && this.waiting.peek()?.message === undefined) this.waiting.shift();
    this.prune();
    if (expiredOnWire > 0 && !this.isBlocked) this.judge(now);
    this.watch();
  }

  /**
   * A queue without a leader lets the broker's side of the channel hang (for 30 s, with reject-publish) or leaves its own messages
   * unanswered. A new channel is the remedy for both; when the connection is what is dead, there will be none.
   */
  private judge(now: number): void {
    const { lane } = this;
    if (lane === undefined) return;
    const { confirmTimeoutMs, maxOutstanding } = this.settings;
    const isSilent = now - this.lastProgressAt >= confirmTimeoutMs;
    if (!isSilent && lane.overdue <= maxOutstanding / 2) return;
    this.lane = undefined;
    this.lastProgressAt = now;
    void lane.close();
    void this.open();
  }
}
