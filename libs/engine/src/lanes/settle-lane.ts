import { type Breaker, type BreakerSettings, chooseProbe, moveBreaker, type TaskEnds } from './breaker.js';
import { handOutTokens, type Rate, type RateWindow } from './rate-window.js';
import { settleSlots, type SlotClaim, type SlotRow } from './settle-slots.js';

/** Limits of a queue or a task, and what has been used of them. */
export interface Lane {
  /** Steps at once; null: no limit. */
  readonly concurrency: number | null;
  readonly rate: Rate | null;
  readonly window: RateWindow;
  /** Of a task whose breaker opens by itself. */
  readonly breaker?: Breaker & BreakerSettings;
}

export interface LaneClaim extends SlotClaim {
  /** Steps it could send now, had it a token for each. */
  readonly tokensWanted: number;
  readonly ends?: Omit<TaskEnds, 'partition'>;
}

export interface LaneGrant extends SlotRow {
  /** Infinity: no limit. */
  readonly cap: number;
  /** For dispatches within the window that is answered with them. */
  readonly tokens: number;
}

export interface SettledLane {
  readonly grants: readonly LaneGrant[];
  readonly window: RateWindow;
  readonly breaker: Breaker | undefined;
}

/** Slots of several owners go round so often that none waits long, and so rarely that handing over costs little, ms. */
const turnMs = 500;

/**
 * What the partitions of one owner may do in a lane, by what all partitions have and want.
 * @param rows of all partitions as written down, those of the claims included
 */
export function settleLane(lane: Lane, rows: readonly SlotRow[], claims: readonly LaneClaim[], nowMs: number): SettledLane {
  const slots = slotsOf(lane, rows, claims, Math.floor(nowMs / turnMs));
  const { tokens, window } = tokensOf(lane, rows, claims, nowMs);
  const grants = slots.map((slot) => ({ ...slot, tokens: tokens.get(slot.partition) ?? 0 }));
  return { grants, window, breaker: breakerOf(lane, claims, nowMs) };
}

function slotsOf(
  { concurrency }: Lane,
  rows: readonly SlotRow[],
  claims: readonly LaneClaim[],
  turn: number,
): Omit<LaneGrant, 'tokens'>[] {
  if (concurrency !== null) return settleSlots(concurrency, rows, claims, turn);
  return claims.map(({ partition, demand }) => ({ partition, demand, granted: 0, cap: Infinity }));
}

/** Partitions of other owners count with what they want, so that whoever comes first in a window does not get all of it. */
function tokensOf(
  { rate, window }: Lane,
  rows: readonly SlotRow[],
  claims: readonly LaneClaim[],
  nowMs: number,
): { tokens: ReadonlyMap<number, number>; window: RateWindow } {
  if (rate === null) return { tokens: new Map(), window };
  const own = new Map(claims.map(({ partition, tokensWanted }) => [partition, tokensWanted]));
  const wanted = new Map([...rows.map(({ partition, demand }) => [partition, demand] as const), ...own]);
  const partitions = [...wanted.keys()].sort((a, b) => a - b);
  const all = partitions.map((partition) => wanted.get(partition)!);
  const { tokens } = handOutTokens(rate, window, all, nowMs);
  const mine = partitions.map((partition, place) => [partition, own.has(partition) ? tokens[place]! : 0] as const);
  const given = mine.reduce((sum, [, count]) => sum + count, 0);
  const current = handOutTokens(rate, window, [], nowMs).window;
  return { tokens: new Map(mine), window: { ...current, used: current.used + given } };
}

function breakerOf({ breaker }: Lane, claims: readonly LaneClaim[], nowMs: number): Breaker | undefined {
  if (breaker === undefined) return undefined;
  const ends = claims.flatMap(({ partition, ends: own }) => (own === undefined ? [] : [{ partition, ...own }]));
  const { breakAfter, breakForMs, ...before } = breaker;
  const moved = moveBreaker(before, ends, { breakAfter, breakForMs }, nowMs);
  const wanting = claims.filter(({ tokensWanted }) => tokensWanted > 0).map(({ partition }) => partition);
  return chooseProbe(moved, wanting);
}
