import { fairShares } from './fair-shares.js';

/** At most `limit` dispatches in each second, minute or hour by the clock. */
export interface Rate {
  readonly limit: number;
  readonly per: 'second' | 'minute' | 'hour';
}

/** What has been handed out of the window that began at `startsAt` (epoch ms). */
export interface RateWindow {
  readonly startsAt: number;
  readonly used: number;
}

const lengthsMs = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;
/** Of a minute or an hour so much may go at once; the rest as time goes on. */
const burst = 0.1;

export const windowMs = ({ per }: Rate): number => lengthsMs[per];

/** Start of the window that `nowMs` is in. */
export const windowStart = (rate: Rate, nowMs: number): number => nowMs - (nowMs % windowMs(rate));

/** Dispatches of the current window that may have happened by now: all in a second; of a longer window a tenth at once, then evenly. */
export function allowedBy(rate: Rate, nowMs: number): number {
  if (rate.per === 'second') return rate.limit;
  const passed = (nowMs % windowMs(rate)) / windowMs(rate);
  return Math.ceil(rate.limit * Math.max(burst, passed));
}

/**
 * Tokens for the partitions that ask, for the current window only. What is handed out and not used is lost with the window: a rate is never
 * exceeded, and a crash makes nothing good.
 * @param wanted tokens each partition could use at once, in an order that is the same at every turn
 */
export function handOutTokens(
  rate: Rate,
  window: RateWindow,
  wanted: readonly number[],
  nowMs: number,
): { tokens: number[]; window: RateWindow } {
  const startsAt = windowStart(rate, nowMs);
  const used = window.startsAt === startsAt ? window.used : 0;
  const tokens = fairShares(Math.max(0, allowedBy(rate, nowMs) - used), wanted, Math.floor(nowMs / 50));
  return { tokens, window: { startsAt, used: used + tokens.reduce((sum, count) => sum + count, 0) } };
}
