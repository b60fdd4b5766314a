/** A request that waits for a lock's key. */
export interface LockWaiter {
  /** How many may hold the key together with this one, ≥ 1. */
  readonly limit: number;
}

/**
 * Which of those that wait for a key get it now: in order of request, nobody overtakes. Each looks at its own limit: it holds the key
 * together with at most `limit - 1` others, whatever limit those came with.
 * @param held how many hold the key
 * @param waiting oldest request first
 * @returns those that get it: always a head of `waiting`
 */
export function grantLocks<Waiter extends LockWaiter>(held: number, waiting: readonly Waiter[]): Waiter[] {
  let granted = 0;
  while (granted < waiting.length && held + granted < waiting[granted]!.limit) granted += 1;
  return waiting.slice(0, granted);
}
