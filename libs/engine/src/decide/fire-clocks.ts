import { earliestClock } from '../state/clocks.js';
import type { Clock } from '../state/clock-heap.js';
import { cancelStep } from './cancel-step.js';
import type { StepState } from '../state/instance-state.js';
import type { Draft } from './draft.js';
import { scheduleAgain } from './start-step.js';

/**
 * Fires clocks that are due, at most `limit`; the rest makes the instance due again at once. A queue's clock waits until it is known what
 * workers run, and those behind it with it: a take-over or an outage expires nothing.
 * @returns how many fired
 */
export function fireClocks(draft: Draft, limit: number): number {
  let fired = 0;
  for (
    let clock = earliestClock(draft.state);
    clock !== undefined && clock.dueAt <= draft.nowMs && fired < limit;
    clock = earliestClock(draft.state)
  ) {
    if (clock.kind === 'queueTimeout' && draft.context.isDeaf) break;
    fire(draft, clock);
    fired += 1;
  }
  return fired;
}

function fire(draft: Draft, clock: Clock): void {
  if (clock.kind === 'instanceTimeout') return fireInstanceTimeout(draft, clock.dueAt);
  const step = draft.plan.scope.byId.get(clock.path)!;
  const own = draft.state.step(clock.path);
  switch (clock.kind) {
    case 'retry':
      return scheduleAgain(draft, step);
    case 'queueTimeout':
      return fireQueueTimeout(draft, clock);
    case 'totalTimeout': {
      const failure = { code: 'TIMED_OUT', message: `step "${step.id}" took longer than its totalTimeout`, retryable: false };
      return draft.emit('stepFailed', { token: own.token, failure, ...abortIfSent(own) }, step.id, own.attempt);
    }
    case 'grace':
      return draft.emit('stepCancelled', { token: own.token, outcome: 'lost' }, step.id, own.attempt);
  }
}

/** A handler that has begun is safe from the queue's clock: the attempt goes on, the clock is spent. */
function fireQueueTimeout(draft: Draft, clock: Clock): void {
  const step = draft.plan.scope.byId.get(clock.path)!;
  const own = draft.state.step(clock.path);
  const worker = own.token === undefined ? undefined : draft.context.runningOn(own.token);
  if (own.token !== undefined && worker !== undefined) {
    draft.emit('stepBegun', { token: own.token, worker }, step.id, own.attempt);
    return;
  }
  const isServed = draft.context.isServed(own.task ?? '');
  const failure = isServed
    ? { code: 'TIMED_OUT', message: `step "${step.id}" waited longer than its queueTimeout`, retryable: false }
    : { code: 'NO_WORKER', message: `no live worker served task "${own.task}" within the queueTimeout`, retryable: false };
  draft.emit('stepFailed', { token: own.token, failure, ...abortIfSent(own) }, step.id, own.attempt);
}

/** A worker may hold it or take it later: it shall be told. */
const abortIfSent = (own: StepState): { abort?: 'timeout' } => (own.incarnation === undefined ? {} : { abort: 'timeout' });

function fireInstanceTimeout(draft: Draft, timeoutAt: number): void {
  if (draft.plan.timeout?.then === 'alert') return draft.emit('instanceOverdue', { timeoutAt });
  draft.emit('instanceClosing', {
    as: 'timed_out',
    error: { code: 'TIMED_OUT', message: 'the instance took longer than its timeout' },
  });
}

/** What is open when the instance closes. Steps not reached stay `pending`: nothing was decided about them. */
export function stopOpenSteps(draft: Draft): void {
  const abort = draft.state.closing?.as === 'timed_out' ? 'timeout' : 'cancelled';
  for (const path of [...draft.state.open.keys()]) cancelStep(draft, draft.plan.scope.byId.get(path)!, abort);
}
