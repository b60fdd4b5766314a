import type { HeldStep } from '#libs/contracts';
import type { Attempt } from './attempt.js';

/** Every attempt this worker holds, by its token: prefetched, running, or with an outcome not confirmed yet. */
export class HeldAttempts {
  private readonly byKey = new Map<string, Attempt>();

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): Attempt | undefined {
    return this.byKey.get(key);
  }

  add(attempt: Attempt): void {
    this.byKey.set(attempt.key, attempt);
  }

  /** Lets go of it, unless a newer delivery of the same command has taken its place. */
  remove(attempt: Attempt): void {
    if (this.byKey.get(attempt.key) === attempt) this.byKey.delete(attempt.key);
  }

  all(): IterableIterator<Attempt> {
    return this.byKey.values();
  }

  /** For heartbeats; handed-back ones are no longer claimed to be held. */
  list(): HeldStep[] {
    const held: HeldStep[] = [];
    for (const attempt of this.byKey.values()) if (attempt.phase !== 'returning') held.push(attempt.toHeldStep());
    return held;
  }
}
