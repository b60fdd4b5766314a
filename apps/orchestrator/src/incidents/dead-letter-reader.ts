import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { deadLetterQueueSpec, type Consumer, type Delivery, type Transport, TRANSPORT } from '#libs/messaging';
import { CONFIG, type Config } from '#libs/platform';
import { Incidents } from './incidents.js';

/** Few: they may be large, and are held while there is no room. */
const prefetch = 2;
/** While the database is away, and between two tries to consume, ms. */
const retryMs = 1_000;
const minuteMs = 60_000;

/**
 * Reads the dead letters, all orchestrators in competition: each becomes an incident, and only then leaves the queue. So many a minute: those
 * beyond wait where they are, for a producer gone wrong must not fill the table.
 */
@Injectable()
export class DeadLetterReader {
  private readonly logger = new Logger(DeadLetterReader.name);
  private readonly closing = new AbortController();
  private readonly inHand = new Set<Promise<void>>();
  private consumer: Consumer | undefined;
  private opening: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  private minute = -1;
  private read = 0;

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(CONFIG) private readonly config: Pick<Config, 'incidentsAMinute'>,
    private readonly incidents: Incidents,
  ) {}

  /** Does not wait for the broker. */
  start(): void {
    this.unsubscribe = this.transport.onState((state) => {
      if (state === 'connected') this.open();
    });
    this.open();
  }

  /** What is in hand is finished; what waits goes back to the queue. */
  async stop(): Promise<void> {
    this.closing.abort();
    this.unsubscribe?.();
    clearTimeout(this.retry);
    await this.opening;
    await this.consumer?.cancel().catch(() => undefined);
    await Promise.allSettled(this.inHand);
    await this.consumer?.close().catch(() => undefined);
  }

  private open(): void {
    clearTimeout(this.retry);
    const isIdle = this.consumer === undefined && this.opening === undefined && !this.closing.signal.aborted;
    if (!isIdle || this.transport.state !== 'connected') return;
    this.opening = this.consume()
      .catch((error: unknown) => {
        this.logger.warn(`cannot read dead letters: ${String(error)}`);
        this.later();
      })
      .finally(() => (this.opening = undefined));
  }

  private async consume(): Promise<void> {
    await this.transport.declareExchanges();
    await this.transport.declareQueue(deadLetterQueueSpec);
    this.consumer = await this.transport.consume(deadLetterQueueSpec.name, {
      prefetch,
      restore: false,
      onDelivery: (delivery) => {
        const work = this.take(delivery).finally(() => this.inHand.delete(work));
        this.inHand.add(work);
      },
      onLost: () => {
        this.consumer = undefined;
        this.later();
      },
    });
  }

  private later(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), retryMs);
    this.retry.unref();
  }

  private async take(delivery: Delivery): Promise<void> {
    let minute: number | undefined;
    try {
      minute = await this.room();
      await this.incidents.deadLetter(delivery);
      delivery.settle('ack');
    } catch (error) {
      if (minute !== undefined && minute === this.minute) this.read -= 1; // it comes again
      if (!this.closing.signal.aborted) this.logger.warn(`a dead letter stays in its queue: ${String(error)}`);
      await pause(retryMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
      delivery.settle('requeue');
    }
  }

  /** @returns the minute it is written in @throws when this process ends meanwhile */
  private async room(): Promise<number> {
    for (;;) {
      const nowMs = Date.now();
      const minute = Math.floor(nowMs / minuteMs);
      if (minute !== this.minute) [this.minute, this.read] = [minute, 0];
      if (this.read < this.config.incidentsAMinute) {
        this.read += 1;
        return minute;
      }
      await pause(minuteMs - (nowMs % minuteMs), undefined, { signal: this.closing.signal });
    }
  }
}
