import type { Clock } from '../worker/clock.js';

interface Timer {
  dueMs: number;
  readonly call: () => void;
  readonly everyMs?: number;
}

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  private elapsed = 0;
  private readonly timers = new Set<Timer>();

  nowMs(): number {
    return 1_700_000_000_000 + this.elapsed;
  }

  elapsedMs(): number {
    return this.elapsed;
  }

  after(ms: number, call: () => void): () => void {
    return this.add({ dueMs: this.elapsed + ms, call });
  }

  every(ms: number, call: () => void): () => void {
    return this.add({ dueMs: this.elapsed + ms, call, everyMs: ms });
  }

  /** Timers that are set and not called off. */
  get pending(): number {
    return this.timers.size;
  }

  /** Fires everything due on the way, in order. */
  advance(ms: number): void {
    const endMs = this.elapsed + ms;
    for (let next = this.earliest(endMs); next !== undefined; next = this.earliest(endMs)) {
      this.elapsed = next.dueMs;
      if (next.everyMs === undefined) this.timers.delete(next);
      else next.dueMs += next.everyMs;
      next.call();
    }
    this.elapsed = endMs;
  }

  private earliest(endMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers)
      if (timer.dueMs <= endMs && (first === undefined || timer.dueMs < first.dueMs)) first = timer;
    return first;
  }

  private add(timer: Timer): () => void {
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }
}
