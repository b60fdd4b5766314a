import type { DeliveryResult, DueDelivery, FeedPosition, WebhookQueue, WebhookRow } from '#libs/persistence';
import { pingEvent } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { failuresBeforeCare, judgeDelivery, receiverRestMs } from './judge-delivery.js';
import type { Receiver } from './receiver.js';
import { type WebhookRequest, webhookRequest } from './webhook-request.js';

export interface LineServices {
  readonly queue: WebhookQueue;
  /** A place among the attempts of all webhooks; false: there is none now. */
  readonly takePlace: () => boolean;
  readonly freePlace: () => void;
  readonly onDisabled: (line: WebhookLine, note: string) => void;
  readonly onResult: (status: DeliveryResult['status']) => void;
  readonly onTrouble: (line: WebhookLine, error: unknown) => void;
}

/** Attempts at the same time to one receiver; while it fails, one. */
export const attemptsAtOnce = 8;
const readAtOnce = 100;
const settledAtOnce = 50;
const settleWithinMs = 50;
/** What could not be written down, while the database is away, is tried again so often. */
const settleAgainMs = 1_000;
/** When a receiver is there again, what waits comes within this time. */
const hurryWithinMs = 5_000;

const idOf = ({ instanceId, seq }: { instanceId: string; seq: number }): string => `${instanceId}/${seq}`;

/** The deliveries of one webhook while we hold its lease: a slow or dead receiver holds up nothing but its own line. */
export class WebhookLine {
  /** How far its deliveries are filled, by `topology.partition`. */
  readonly cursors = new Map<string, FeedPosition>();
  /** Deliveries that may still be filled in before too many wait. */
  room = 0;
  private waiting: DueDelivery[] = [];
  /** Under way, or not written down yet: not to be taken again. */
  private readonly held = new Set<string>();
  private results: DeliveryResult[] = [];
  private running = 0;
  private failuresInRow = 0;
  /** Monotonic ms. */
  private restsUntil = 0;
  private restTimer: NodeJS.Timeout | undefined;
  private mayBeDue = true;
  private isReading = false;
  private isStopping = false;
  private onIdle: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private settling: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    public webhook: WebhookRow,
    private readonly receiver: Receiver,
    private readonly services: LineServices,
  ) {}

  /** There may be something due. */
  nudge(): void {
    this.mayBeDue = true;
    this.pump();
  }

  /** Nothing new is begun; what is under way may come to its end within the time, then it is broken off and made again by another. */
  async stop(withinMs: number): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.restTimer);
    const timer = setTimeout(() => this.stopping.abort(), withinMs);
    while (this.running > 0) await new Promise((resolve) => (this.onIdle = resolve as () => void));
    clearTimeout(timer);
    this.stopping.abort();
    await this.settle();
    this.receiver.close();
  }

  private pump(): void {
    while (!this.isStopping && this.waiting.length > 0 && this.running < this.atOnce()) {
      if (this.isResting()) return;
      if (!this.services.takePlace()) return; // the next tick nudges
      this.running += 1;
      void this.attempt(this.waiting.shift()!).finally(() => {
        this.services.freePlace();
        this.running -= 1;
        if (this.running === 0) this.onIdle?.();
        this.pump();
      });
    }
    if (this.waiting.length === 0 && this.mayBeDue) void this.read();
  }

  private isResting(): boolean {
    const leftMs = this.restsUntil - performance.now();
    if (leftMs <= 0) return false;
    this.restTimer ??= setTimeout(() => {
      this.restTimer = undefined;
      this.pump();
    }, leftMs);
    return true;
  }

  private atOnce(): number {
    return this.failuresInRow >= failuresBeforeCare ? 1 : attemptsAtOnce;
  }

  private async read(): Promise<void> {
    if (this.isReading || this.isStopping) return;
    this.isReading = true;
    this.mayBeDue = false;
    try {
      const heldBefore = new Set(this.held); // what is written down meanwhile is still read as waiting
      const due = await this.services.queue.due(this.webhook.id, readAtOnce + heldBefore.size);
      const fresh = due.filter((delivery) => !heldBefore.has(idOf(delivery)));
      if (fresh.length > 0) this.mayBeDue = true;
      for (const delivery of fresh) this.held.add(idOf(delivery));
      this.waiting.push(...fresh);
    } catch (error) {
      this.services.onTrouble(this, error);
    } finally {
      this.isReading = false;
    }
    if (this.waiting.length > 0) this.pump();
  }

  private async attempt(delivery: DueDelivery): Promise<void> {
    const { onDisabled, onResult } = this.services;
    const startedAt = performance.now();
    const request = this.requestOf(delivery);
    const attempted =
      'error' in request ? { status: null, error: request.error } : await this.receiver.post(request, this.stopping.signal);
    if (attempted.status !== null) crashPoint('webhook.answered');
    if (this.stopping.signal.aborted && attempted.status === null) return; // nobody knows: another tries again
    const tried = {
      ...delivery,
      failingSince: this.webhook.failingSince,
      isOnce: delivery.event === pingEvent || 'isGone' in request,
    };
    const { status, retryInMs, disable } = judgeDelivery(attempted, tried, { nowMs: Date.now(), draw: Math.random() });
    const { webhookId, instanceId, seq } = delivery;
    const answer = { answered: attempted.status, error: attempted.error, ms: performance.now() - startedAt };
    this.note({ webhookId, instanceId, seq, status, retryInMs, ...answer });
    onResult(status);
    if (status === 'delivered') this.recovered();
    else this.failed();
    if (disable !== undefined) onDisabled(this, disable);
  }

  /** A webhook somebody else has written over (no URL, no secret) is a failed attempt: it must not end us. */
  private requestOf(delivery: DueDelivery): WebhookRequest | { readonly error: string; readonly isGone?: true } {
    try {
      return webhookRequest(this.webhook, delivery, Date.now()) ?? { error: 'the instance is kept no more', isGone: true };
    } catch (error) {
      return { error: `no request can be made of it: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  private failed(): void {
    this.failuresInRow += 1;
    this.restsUntil = performance.now() + receiverRestMs(this.failuresInRow);
  }

  private recovered(): void {
    const wasFailing = this.failuresInRow > 0;
    this.failuresInRow = 0;
    this.restsUntil = 0;
    if (!wasFailing) return;
    this.settling = this.settling
      .then(() => this.services.queue.hurry(this.webhook.id, hurryWithinMs))
      .catch((error: unknown) => this.services.onTrouble(this, error));
  }

  private note(result: DeliveryResult): void {
    this.results.push(result);
    if (this.results.length >= settledAtOnce) void this.settle();
    else this.settleLater(settleWithinMs);
  }

  private settleLater(withinMs: number): void {
    this.timer ??= setTimeout(() => void this.settle(), withinMs);
  }

  /** Writes down what is known; what cannot be written is kept, and tried again: nobody else would ever look at it while we hold it. */
  settle(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.settling = this.settling.then(async () => {
      const results = this.results.splice(0);
      try {
        await this.services.queue.settle(this.webhook.id, results);
        if (results.length > 0) crashPoint('webhook.settled');
        for (const result of results) this.held.delete(idOf(result));
      } catch (error) {
        this.results.unshift(...results);
        if (!this.isStopping) this.settleLater(settleAgainMs);
        this.services.onTrouble(this, error);
      }
    });
    return this.settling;
  }
}
