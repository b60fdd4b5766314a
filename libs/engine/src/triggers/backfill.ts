import { Lane, type SlotDecision } from './slots.js';
import type { Timetable } from './timetable.js';
import type { Overlap } from './trigger.js';

/** How a backfill stands. Times are epoch ms. */
export interface BackfillFacts {
  /** Slots up to here are done with. */
  readonly position: number;
  /** Not included. */
  readonly until: number;
  readonly overlap: Overlap;
  readonly nowMs: number;
  /** Has the instance it started last not ended yet? */
  readonly isRunning: boolean;
}

export interface BackfillDecided {
  readonly decisions: readonly SlotDecision[];
  readonly position: number;
  /** When to go on; undefined: it is done. */
  readonly nextAt: number | undefined;
}

/** Of one range. */
export const BACKFILL_AT_MOST = 10_000;
const AT_ONCE = 100;
const LOOK_MS = 500;

/** The next slots of a backfill. With `queueOne` they come one after the other and none is left out: that is what queueing is for here. */
export function decideBackfill(timetable: Timetable, facts: BackfillFacts): BackfillDecided {
  const { position, until, overlap, nowMs, isRunning } = facts;
  if (overlap === 'queueOne' && isRunning) return { decisions: [], position, nextAt: nowMs + LOOK_MS };
  const slots = timetable.between(position, until, overlap === 'queueOne' ? 1 : AT_ONCE);
  const lane = new Lane(overlap, { isRunning }, () => nowMs);
  const decisions = slots.map((slot, index) => lane.decide(slot, index === slots.length - 1));
  const last = slots.at(-1);
  if (last === undefined) return { decisions, position, nextAt: undefined };
  return { decisions, position: last, nextAt: nowMs };
}
