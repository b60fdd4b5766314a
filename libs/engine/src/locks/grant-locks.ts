/** A request for a lock's key. */
export interface LockRequest {
  /** How many may hold the key together with this one, itself included, ≥ 1. */
  readonly limit: number;
}

/** Those who hold a key: how many, and the smallest limit any of them asked for. */
export interface LockHeld {
  readonly count: number;
  readonly limit: number;
}

/**
 * Which of those that wait for a key get it now: in order of request, nobody overtakes. Requests with different limits respect each other:
 * there are never more holders than the smallest limit any of them asked for.
 * @param waiting oldest request first
 * @returns those that get it: always a head of `waiting`
 */
export function grantLocks<Request extends LockRequest>(held: LockHeld, waiting: readonly Request[]): Request[] {
  let { count, limit } = held;
  let granted = 0;
  for (const request of waiting) {
    limit = Math.min(limit, request.limit);
    if (count >= limit) break;
    count += 1;
    granted += 1;
  }
  return waiting.slice(0, granted);
}
