const firstDelayMs = 100;
const longestDelayMs = 5_000;
/** A server that asks for more than this is given up on: the caller decides what to do in the meantime. */
const longestRetryAfterMs = 30_000;

/**
 * Wait before the next try: doubling from 100 ms, at most 5 s, spread evenly over [half, whole] so that clients do not come back together.
 * @param tries how many have failed, ≥ 1
 * @param draw  uniform number in [0, 1)
 */
export function backoffMs(tries: number, draw: number): number {
  const nominal = Math.min(firstDelayMs * 2 ** (tries - 1), longestDelayMs);
  return Math.round(nominal * (0.5 + draw / 2));
}

/**
 * `Retry-After` in seconds or as a date, in ms, and up to a fifth more so that those who were told the same do not come back together.
 * @param draw uniform number in [0, 1)
 * @returns undefined when absent or unreadable; Infinity when it is too long to wait for
 */
export function retryAfterMs(header: string | null, nowMs: number, draw: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  if (!Number.isFinite(ms)) return undefined;
  return ms > longestRetryAfterMs ? Infinity : Math.round(Math.max(0, ms) * (1 + draw / 5));
}
