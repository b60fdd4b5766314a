/** Tries after which a message at which we fail is set aside. */
const mostTries = 3;
/** Messages remembered; the oldest is forgotten first, and gets its tries again. */
const mostKnown = 10_000;

/** What no later try makes good by itself: a bug of ours, or a row that somebody else has written over. */
export const isOurFault = (code: string): boolean => code === 'INTERNAL_ERROR' || code === 'DATA_UNREADABLE';

/** Counts how often we failed at a message. One at which we fail again and again would come back for ever, in the way of others. */
export class Tries {
  private readonly failed = new Map<string, number>();

  /** @returns whether this was the last try */
  isLast(key: string): boolean {
    const count = (this.failed.get(key) ?? 0) + 1;
    this.failed.delete(key);
    if (count >= mostTries) return true;
    if (this.failed.size >= mostKnown) this.failed.delete(this.failed.keys().next().value!);
    this.failed.set(key, count);
    return false;
  }
}
