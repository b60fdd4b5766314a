/** What came of one attempt. */
export interface Attempted {
  /** HTTP status; null: none came. */
  readonly status: number | null;
  readonly error: string | null;
  /** As the receiver asked with `Retry-After`. */
  readonly retryAfterMs?: number;
}

export interface Tried {
  /** Attempts before this one. */
  readonly attempts: number;
  /** Beginning of the time it is tried for, epoch ms. */
  readonly triedSince: number;
  /** First failure of the webhook after its last success, epoch ms. */
  readonly failingSince: number | null;
  /** A test tells at once what is wrong. */
  readonly isOnce: boolean;
}

export interface DeliveryVerdict {
  readonly status: 'delivered' | 'waiting' | 'failed';
  /** Of a waiting one: when it is tried again, ms from now. */
  readonly retryInMs: number | null;
  /** The webhook ends, and why. */
  readonly disable?: string;
}

const HOUR_MS = 3_600_000;
/** A delivery is tried for so long, and a webhook that delivers nothing for so long is disabled. */
export const triedForMs = 72 * HOUR_MS;
const firstDelayMs = 5_000;
const factor = 4;
const delayAtMostMs = 8 * HOUR_MS;
/** Share by which delays are spread, so that what failed together does not come back together. */
const jitter = 0.2;

/** Wait before the next attempt: 5 s, 20 s, 80 s … at most 8 h, ± 20 %. @param attempts that have failed, from 1 */
export function deliveryDelayMs(attempts: number, draw: number): number {
  const nominal = Math.min(firstDelayMs * factor ** (attempts - 1), delayAtMostMs);
  return Math.round(nominal * (1 + jitter * (2 * draw - 1)));
}

/** What becomes of a delivery after an attempt: 2xx is taken, 410 ends the webhook, everything else is tried again for three days. */
export function judgeDelivery(
  { status, error, retryAfterMs = 0 }: Attempted,
  { attempts, triedSince, failingSince, isOnce }: Tried,
  { nowMs, draw }: { readonly nowMs: number; readonly draw: number },
): DeliveryVerdict {
  if (status !== null && status >= 200 && status < 300) return { status: 'delivered', retryInMs: null };
  if (status === 410) return { status: 'failed', retryInMs: null, disable: 'the receiver answered 410: it wants no more' };
  const isHopeless = failingSince !== null && nowMs - failingSince >= triedForMs;
  const ending = isHopeless
    ? { disable: `nothing could be delivered for 3 days; the last time: ${error ?? String(status)}` }
    : {};
  const retryInMs = Math.max(deliveryDelayMs(attempts + 1, draw), Math.min(retryAfterMs, delayAtMostMs));
  if (isOnce || nowMs + retryInMs > triedSince + triedForMs) return { status: 'failed', retryInMs: null, ...ending };
  return { status: 'waiting', retryInMs, ...ending };
}

/** Failures in a row after which a receiver is handled with care: one attempt at a time, with rests between them. */
export const failuresBeforeCare = 5;
const firstRestMs = 250;
const restAtMostMs = 10_000;

/** Rest of a receiver after a failure, whatever else waits for it: what is dead costs one attempt in ten seconds, and is noticed when it is back. */
export function receiverRestMs(failuresInRow: number): number {
  if (failuresInRow < failuresBeforeCare) return 0;
  return Math.min(firstRestMs * 2 ** (failuresInRow - failuresBeforeCare), restAtMostMs);
}
