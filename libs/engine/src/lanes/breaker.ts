import type { AuditEvent } from '../model/audit-event.js';

/** Circuit breaker of a task. `halfOpen`: one attempt is let through to see whether the task works again. */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'halfOpen';
  /** Failed attempts since the last that did not fail. */
  readonly failuresInRow: number;
  /** Epoch ms when it becomes half-open; of an open one only. */
  readonly opensUntil: number | null;
  /** Partition that lets the one attempt through; of a half-open one only. */
  readonly probe: number | null;
}

export interface BreakerSettings {
  /** Failed attempts in a row that open it. */
  readonly breakAfter: number;
  /** How long it stays open, ms. */
  readonly breakForMs: number;
}

/** What became of the attempts of a task in one partition since it last told. */
export interface TaskEnds {
  /** Partition that tells. */
  readonly partition: number;
  readonly hasSucceeded: boolean;
  /** Failed attempts after the last success. */
  readonly failures: number;
  /** How the attempt ended that was let through; absent while it has not. */
  readonly probe?: 'success' | 'failure' | 'unused';
}

export const closedBreaker: Breaker = { state: 'closed', failuresInRow: 0, opensUntil: null, probe: null };

/** What a breaker counts: an attempt that worked, or one that may work when it is repeated. A refusal for good says that the task works. */
export function breakerVerdict(event: AuditEvent): 'success' | 'failure' | undefined {
  switch (event.type) {
    case 'stepCompleted':
      return event.data.token === undefined || event.data.because !== undefined ? undefined : 'success';
    case 'stepRetryScheduled':
      return countsAgainst(event.data.failure) ? 'failure' : undefined;
    case 'stepFailed': {
      if (event.data.token === undefined || event.data.failure.code === 'NO_WORKER') return undefined;
      return countsAgainst(event.data.failure) ? 'failure' : 'success';
    }
    default:
      return undefined;
  }
}

const countsAgainst = ({ code, retryable }: { code: string; retryable?: boolean }): boolean =>
  code !== 'NO_WORKER' && (retryable === true || faultCodes.has(code));
/** Of ours: the worker was lost or too slow, whatever the retry policy says. */
const faultCodes: ReadonlySet<string> = new Set(['TIMED_OUT', 'HEARTBEAT_LOST', 'WORKER_LOST', 'WORKER_CRASHED']);

/** Moves a breaker on by what has ended and by the clock. */
export function moveBreaker(
  breaker: Breaker,
  ends: readonly TaskEnds[],
  { breakAfter, breakForMs }: BreakerSettings,
  nowMs: number,
): Breaker {
  const opened: Breaker = { state: 'open', failuresInRow: 0, opensUntil: nowMs + breakForMs, probe: null };
  switch (breaker.state) {
    case 'closed': {
      const failuresInRow = ends.reduce(
        (row, { hasSucceeded, failures }) => (hasSucceeded ? failures : row + failures),
        breaker.failuresInRow,
      );
      return failuresInRow < breakAfter ? { ...breaker, failuresInRow } : { ...opened, failuresInRow };
    }
    case 'open':
      return nowMs < (breaker.opensUntil ?? 0) ? breaker : { ...breaker, state: 'halfOpen', opensUntil: null };
    case 'halfOpen': {
      const outcome = ends.find(({ partition }) => partition === breaker.probe)?.probe;
      if (outcome === 'success') return closedBreaker;
      if (outcome === 'failure') return { ...opened, failuresInRow: breaker.failuresInRow + 1 };
      return outcome === 'unused' ? { ...breaker, probe: null } : breaker;
    }
  }
}

/** Whoever has work first lets the one attempt through. */
export function chooseProbe(breaker: Breaker, wanting: readonly number[]): Breaker {
  if (breaker.state !== 'halfOpen' || breaker.probe !== null || wanting.length === 0) return breaker;
  return { ...breaker, probe: wanting[0]! };
}
