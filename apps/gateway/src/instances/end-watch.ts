import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { isEnded } from '#libs/engine';
import { InstanceQueries } from '#libs/persistence';
import { stepAside } from '../admission/passes.js';
import { LiveFeed } from '../live/live-feed.js';

const pollMs = 1_000;

export interface EndWait {
  readonly over: Promise<void>;
  readonly stop: () => void;
}

/** Waits for the ends of instances: told by their owners at once, and looked up once a second for all that are waited for. */
@Injectable()
export class EndWatch implements BeforeApplicationShutdown {
  private readonly waiting = new Map<string, Set<() => void>>();
  private timer: NodeJS.Timeout | undefined;
  private isPolling = false;
  private isClosing = false;
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly queries: InstanceQueries,
    private readonly feed: LiveFeed,
  ) {}

  beforeApplicationShutdown(): void {
    // Requests that wait are answered now, or the server could not close.
    this.isClosing = true;
    for (const id of [...this.waiting.keys()]) this.wake(id);
  }

  /**
   * Waits until the instance has ended, or the time is over, or the caller has gone; not at all when too many wait already.
   * The caller reads the instance afterwards to learn which, and stops the wait when it need not have waited.
   */
  wait(id: string, timeoutMs: number, signal: AbortSignal): EndWait {
    if (this.isClosing || signal.aborted || !stepAside()) return { over: Promise.resolve(), stop: () => undefined };
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.remove(id, stop);
      resolve();
    };
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    this.waiting.set(id, (this.waiting.get(id) ?? new Set()).add(stop));
    this.timer ??= setInterval(() => void this.poll(), pollMs);
    this.stopListening ??= this.feed.ends.add((ids) => ids.forEach((ended) => this.wake(ended)));
    return { over: promise, stop };
  }

  private wake(id: string): void {
    for (const done of [...(this.waiting.get(id) ?? [])]) done();
  }

  private remove(id: string, done: () => void): void {
    const own = this.waiting.get(id);
    own?.delete(done);
    if (own?.size === 0) this.waiting.delete(id);
    if (this.waiting.size > 0) return;
    clearInterval(this.timer);
    this.stopListening?.();
    this.timer = this.stopListening = undefined;
  }

  private async poll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    try {
      for (const { id, status } of await this.queries.byIds([...this.waiting.keys()])) if (isEnded(status)) this.wake(id);
    } catch {
      // The database is away: those who wait go on waiting, and find out by themselves when their time is over.
    } finally {
      this.isPolling = false;
    }
  }
}
