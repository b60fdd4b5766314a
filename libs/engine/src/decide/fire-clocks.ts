import { earliestClock } from '../state/clocks.js';
import type { Clock } from '../state/clock-heap.js';
import { siteAt, type Site } from '../state/site.js';
import { openRound } from './blocks/rounds.js';
import { closeBlock, stopScope } from './cancel-step.js';
import { requestChildAgain } from './children/enter-workflow.js';
import { failStep } from './complete-step.js';
import type { StepState } from '../state/step-state.js';
import type { Draft } from './draft.js';
import { scheduleAgain } from './start-step.js';
import { fireTimer, fireWaitTimeout } from './waits/fire-wait.js';

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
    if (clock.kind === 'instanceTimeout') break; // what is open is stopped before another clock begins something in it
  }
  return fired;
}

function fire(draft: Draft, clock: Clock): void {
  if (clock.kind === 'instanceTimeout') return fireInstanceTimeout(draft, clock.dueAt);
  const site = siteAt(draft.plan, clock.path)!;
  const own = draft.state.step(clock.path);
  switch (clock.kind) {
    case 'retry':
      return site.step.type === 'workflow' ? requestChildAgain(draft, site) : scheduleAgain(draft, site);
    case 'queueTimeout':
      return fireQueueTimeout(draft, site);
    case 'totalTimeout': {
      const failure = { code: 'TIMED_OUT', message: `step "${clock.path}" took longer than its totalTimeout`, retryable: false };
      return failStep(draft, site, failure, { token: own.token, ...abortIfSent(own) });
    }
    case 'grace':
      return draft.emit('stepCancelled', { token: own.token, outcome: 'lost' }, site.path, own.attempt);
    case 'delay':
      return openRound(draft, site);
    case 'timeout':
      return own.status === 'waiting' ? fireWaitTimeout(draft, site) : fireBlockTimeout(draft, site);
    case 'timer':
      return fireTimer(draft, site);
  }
}

/** A try whose body takes too long handles that as the body's failure; any other block fails. */
function fireBlockTimeout(draft: Draft, site: Site): void {
  if (draft.state.step(site.path).block?.phase === 'body') {
    draft.emit('scopeStopped', { because: 'timeout' }, `${site.path}/body`);
    return stopScope(draft, `${site.path}/body`, 'timeout');
  }
  const failure = { code: 'TIMED_OUT', message: `step "${site.path}" took longer than its timeout`, retryable: false };
  closeBlock(draft, site, { as: 'failed', failure }, 'timeout');
}

/** A handler that has begun is safe from the queue's clock: the attempt goes on, the clock is spent. */
function fireQueueTimeout(draft: Draft, site: Site): void {
  const own = draft.state.step(site.path);
  const worker = own.token === undefined ? undefined : draft.context.runningOn(own.token);
  if (own.token !== undefined && worker !== undefined) {
    draft.emit('stepBegun', { token: own.token, worker }, site.path, own.attempt);
    return;
  }
  const { task = '', queue, placement } = own;
  const isServed = draft.context.isServed(task, queue, placement);
  const failure = isServed
    ? { code: 'TIMED_OUT', message: `step "${site.path}" waited longer than its queueTimeout`, retryable: false }
    : {
        code: 'NO_WORKER',
        message: `no live worker served task "${task}"${placement ? ' and had what the step asks for' : ''} within the queueTimeout`,
        retryable: false,
      };
  failStep(draft, site, failure, { token: own.token, ...abortIfSent(own) });
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
