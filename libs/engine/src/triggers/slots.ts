import type { Timetable } from './timetable.js';
import type { Overlap, ScheduleTrigger } from './trigger.js';

/**
 * What becomes of a slot.
 * - `start`: an instance is started, at `startAt`, which is the slot (or now) and its jitter
 * - `queue`: starts when what runs has ended
 * - `skip`: by `overlap`; `missed`: by `catchUp`, from the first to the last of `count` slots (`isMore`: at least so many)
 */
export type SlotDecision =
  | {
      readonly type: 'start';
      readonly slot: number;
      readonly startAt: number;
      readonly wasQueued: boolean;
      readonly cancelsOld: boolean;
    }
  | { readonly type: 'queue'; readonly slot: number }
  | { readonly type: 'skip'; readonly slot: number; readonly reason: string }
  | { readonly type: 'missed'; readonly slot: number; readonly until: number; readonly count: number; readonly isMore: boolean };

/** How a schedule stands. Times are epoch ms. */
export interface ScheduleFacts {
  /** Slots up to here are decided. */
  readonly position: number;
  readonly nowMs: number;
  /** Does an instance of an earlier slot still run? */
  readonly isRunning: boolean;
  /** A slot that waits for it. */
  readonly queued?: number;
}

export interface SlotsDecided {
  readonly decisions: readonly SlotDecision[];
  readonly position: number;
  /** When to look again; undefined: never, there is no slot any more. */
  readonly nextAt: number | undefined;
}

/** A slot that is so late is started even if nothing is to be caught up: nobody is ever exactly on time. */
export const GRACE_MS = 2_000;
/** Slots decided at once: the rest is for the next look, so that a long catch-up holds up nobody else. */
export const SLOTS_AT_ONCE = 100;
/** Missed slots are counted so far and then told as "at least": a year of seconds must cost milliseconds. */
export const COUNTED_AT_MOST = 500;
/** How soon to look again whether what a queued slot waits for has ended. */
const QUEUE_LOOK_MS = 500;

/**
 * Decides the slots that have come. Pure, and bounded whatever the clock does: a clock that was put back decides what has not been
 * decided yet, once it comes (whoever stores a slot finds one that was decided before by its key); one that jumped ahead finds slots
 * that were missed.
 * @param draw uniform in [0, 1) for a slot
 */
export function decideSlots(
  schedule: Pick<ScheduleTrigger, 'overlap' | 'catchUpMs' | 'jitterMs'>,
  timetable: Timetable,
  facts: ScheduleFacts,
  draw: (slot: number) => number,
): SlotsDecided {
  const { nowMs } = facts;
  const decisions: SlotDecision[] = [];
  const startAt = (slot: number): number => Math.max(slot, nowMs) + Math.floor(schedule.jitterMs * draw(slot));
  const lane = new Lane(schedule.overlap, facts, startAt);
  decisions.push(...lane.release());
  const edge = nowMs - Math.max(schedule.catchUpMs, GRACE_MS);
  const missed = missedSlots(timetable, Math.min(facts.position, nowMs), edge);
  if (missed) decisions.push(missed);
  const from = missed ? Math.max(missed.until, edge - 1) : Math.min(facts.position, nowMs);
  const due = timetable.between(from, nowMs + 1, SLOTS_AT_ONCE);
  due.forEach((slot, index) => decisions.push(lane.decide(slot, index === due.length - 1)));
  const position = due.at(-1) ?? from;
  const next = due.length === SLOTS_AT_ONCE ? nowMs : timetable.next(Math.max(position, from));
  return { decisions, position, nextAt: lane.isQueued ? Math.min(next ?? Infinity, nowMs + QUEUE_LOOK_MS) : next };
}

/** Slots after `position` and before `edge`, told together. */
function missedSlots(
  timetable: Timetable,
  position: number,
  edge: number,
): Extract<SlotDecision, { type: 'missed' }> | undefined {
  const slots = position < edge ? timetable.between(position, edge, COUNTED_AT_MOST + 1) : [];
  const [first] = slots;
  if (first === undefined) return undefined;
  const isMore = slots.length > COUNTED_AT_MOST;
  const count = Math.min(slots.length, COUNTED_AT_MOST);
  return { type: 'missed', slot: first, until: isMore ? edge - 1 : slots.at(-1)!, count, isMore };
}

/** The instances of one schedule, one slot after the other. */
export class Lane {
  private isRunning: boolean;
  private queued: number | undefined;

  constructor(
    private readonly overlap: Overlap,
    facts: Pick<ScheduleFacts, 'isRunning' | 'queued'>,
    private readonly startAt: (slot: number) => number,
  ) {
    this.isRunning = facts.isRunning;
    this.queued = facts.queued;
  }

  get isQueued(): boolean {
    return this.queued !== undefined;
  }

  /** The slot that has waited, when nothing runs any more (or nothing waits for anything any more). */
  release(): SlotDecision[] {
    const slot = this.queued;
    if (slot === undefined || (this.isRunning && this.overlap === 'queueOne')) return [];
    this.queued = undefined;
    return [this.start(slot, true)];
  }

  /** @param isLast of those that are due together */
  decide(slot: number, isLast: boolean): SlotDecision {
    if (this.overlap === 'cancelOld' && !isLast) return { type: 'skip', slot, reason: 'a later slot was due already' };
    if (!this.isRunning || this.overlap === 'allow' || this.overlap === 'cancelOld') return this.start(slot, false);
    if (this.overlap === 'skip') return { type: 'skip', slot, reason: 'an earlier one was still running' };
    if (this.queued !== undefined) return { type: 'skip', slot, reason: 'an earlier one was queued already' };
    this.queued = slot;
    return { type: 'queue', slot };
  }

  private start(slot: number, wasQueued: boolean): SlotDecision {
    const cancelsOld = this.isRunning && this.overlap === 'cancelOld';
    this.isRunning = true;
    return { type: 'start', slot, startAt: this.startAt(slot), wasQueued, cancelsOld };
  }
}
