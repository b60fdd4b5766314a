import { type Breaker, type BreakerSettings, closedBreaker, type Lane, type Rate } from '#libs/engine';

/** A limit is set for a queue, or for a task on whatever queue. */
export type LaneScope = 'queue' | 'task';

export interface LaneAddress {
  readonly scope: LaneScope;
  readonly name: string;
}

export const laneKey = ({ scope, name }: LaneAddress): string => `${scope} ${name}`;

/** What is set for a queue or a task, with the state of its limits. Times are epoch ms, database clock. */
export interface LaneRow extends LaneAddress {
  readonly concurrency: number | null;
  readonly rate: Rate | null;
  readonly priority: number | null;
  readonly paused: boolean;
  readonly note: string | null;
  readonly by: string | null;
  readonly changedAt: number;
  /** `auto`: opens by itself; `open` and `closed` are by hand. */
  readonly breaker: 'auto' | 'open' | 'closed';
  readonly breakAfter: number;
  readonly breakForMs: number;
  readonly state: Breaker;
  readonly window: Lane['window'];
}

/** Of a queue or a task for which nobody has set anything. */
export const unsetLane = ({ scope, name }: LaneAddress): LaneRow => ({
  ...{ scope, name, concurrency: null, rate: null, priority: null, paused: false, note: null, by: null, changedAt: 0 },
  ...{ breaker: 'closed', breakAfter: 5, breakForMs: 30_000, state: closedBreaker, window: { startsAt: 0, used: 0 } },
});

/** Whether anything is set; a row stays when all of it is removed again. */
export const isSetLane = ({ concurrency, rate, priority, paused, breaker }: LaneRow): boolean =>
  concurrency !== null || rate !== null || priority !== null || paused || breaker !== 'closed';

/** Columns of a row as they are read. */
export interface LaneColumns extends Omit<LaneRow, 'rate' | 'state' | 'window'>, Omit<Breaker, 'state'> {
  readonly rateLimit: number | null;
  readonly ratePer: Rate['per'] | null;
  readonly breakerState: Breaker['state'];
  readonly windowStart: number;
  readonly windowUsed: number;
}

export const laneColumns = `scope, name, concurrency, rate_limit AS "rateLimit", rate_per AS "ratePer", priority, paused, note,
  changed_by AS "by", changed_at AS "changedAt", breaker, break_after AS "breakAfter", break_for_ms AS "breakForMs",
  window_start AS "windowStart", window_used AS "windowUsed", breaker_state AS "breakerState",
  failures_in_row AS "failuresInRow", opens_until AS "opensUntil", probe`;

export function readLane(columns: LaneColumns): LaneRow {
  const { rateLimit, ratePer, breakerState, failuresInRow, opensUntil, probe, windowStart, windowUsed, ...row } = columns;
  return {
    ...row,
    rate: rateLimit === null || ratePer === null ? null : { limit: rateLimit, per: ratePer },
    state: { state: breakerState, failuresInRow, opensUntil, probe },
    window: { startsAt: windowStart, used: windowUsed },
  };
}

/** What the engine settles by. */
export function laneOfRow({ concurrency, rate, window, breaker, state, breakAfter, breakForMs }: LaneRow): Lane {
  const settings: BreakerSettings = { breakAfter, breakForMs };
  return { concurrency, rate, window, ...(breaker === 'auto' && { breaker: { ...state, ...settings } }) };
}
