import type { RetryPolicy } from '../model/plan.js';

/**
 * Wait before the next attempt of a step: by the backoff, capped, then spread by ± jitter.
 * @param attempt the attempt that just failed, lost ones not counted; integer ≥ 1
 * @param policy  checked at registration; durations in milliseconds, jitter a share in [0, 1]
 * @param draw    uniform number in [0, 1), handed in so that tests and replays are exact
 * @returns whole milliseconds ≥ 0, or `undefined` when no attempt is left
 * @throws RangeError when `attempt` is below 1: a bug of ours, never user input
 */
export function retryDelayMs(attempt: number, policy: RetryPolicy, draw: number): number | undefined {
  if (!Number.isInteger(attempt) || attempt < 1) throw new RangeError(`attempt must be an integer >= 1, got ${attempt}`);
  if (attempt >= policy.maxAttempts) return undefined;
  const nominal = Math.min(growth(attempt, policy), policy.maxDelayMs);
  return Math.max(0, Math.round(nominal * (1 + policy.jitter * (2 * draw - 1))));
}

function growth(attempt: number, policy: RetryPolicy): number {
  switch (policy.backoff) {
    case 'exponential':
      return policy.delayMs * policy.factor ** (attempt - 1);
    case 'linear':
      return policy.delayMs * attempt;
    case 'constant':
      return policy.delayMs;
  }
}
