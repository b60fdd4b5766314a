import type { LockAddress } from '#libs/persistence';
import { placeOf } from './lock-turns.js';

/** Longer waits are found by the sweep, so that keys that are seldom asked for cost no timer. */
const aheadMs = 60_000;

/** When permits come back that somebody waits for: the key is looked at in that moment, and not by asking again and again. */
export class PermitClocks {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  /** @param nowMs database clock */
  constructor(
    private readonly nowMs: () => number,
    private readonly onFree: (key: LockAddress) => void,
  ) {}

  /** One timer a key: the last word counts, since it was read last. */
  set(key: LockAddress, freeAt: number): void {
    const place = placeOf(key);
    clearTimeout(this.timers.get(place));
    this.timers.delete(place);
    const inMs = freeAt - this.nowMs();
    if (inMs > aheadMs) return;
    const timer = setTimeout(
      () => {
        this.timers.delete(place);
        this.onFree(key);
      },
      Math.max(0, Math.ceil(inMs)) + 1,
    );
    this.timers.set(place, timer);
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
