import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#libs/persistence';

const resampleEveryMs = 5_000;

/**
 * The database's clock, between samples carried on by this process's monotonic clock: a jump of the local wall clock changes nothing.
 * Never runs backwards.
 */
@Injectable()
export class DatabaseClock {
  private offsetMs: number | undefined;
  private lastMs = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async start(): Promise<void> {
    await this.sample();
    this.timer = setInterval(() => void this.sample().catch(() => undefined), resampleEveryMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Epoch ms. */
  nowMs(): number {
    this.lastMs = Math.max(this.lastMs, Math.floor(performance.now() + (this.offsetMs ?? 0)));
    return this.lastMs;
  }

  /** It has been so late by the database's clock: ours may lag behind by a round trip, and must not where another's time came before. */
  notBefore(ms: number): void {
    this.lastMs = Math.max(this.lastMs, ms);
  }

  /** Taken as read at the end of the round trip: our clock is then never ahead of the database's, so no timer fires early. */
  private async sample(): Promise<void> {
    const askedMs = performance.now();
    const now = await this.store.now();
    const answeredMs = performance.now();
    const lowest = now - answeredMs;
    const highest = now - askedMs;
    // A slow answer tells little: what is known stays, as long as the answer does not contradict it.
    if (this.offsetMs === undefined || this.offsetMs < lowest || this.offsetMs > highest) this.offsetMs = lowest;
  }
}
