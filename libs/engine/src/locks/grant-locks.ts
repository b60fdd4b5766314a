/** A request for the key of a lock, or of a limit. */
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
 * @param waiting whose turn is first, first
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

/**
 * Who must go for the newest to come in: with `onLimit: cancelOldest` the newest requests stay, as many as the newest of them allows.
 * @param requests oldest first, those that hold the key and those that wait, without those that were told to go before
 */
export const displaced = <Request extends LockRequest>(requests: readonly Request[]): Request[] =>
  requests.slice(0, Math.max(0, requests.length - (requests.at(-1)?.limit ?? 0)));
