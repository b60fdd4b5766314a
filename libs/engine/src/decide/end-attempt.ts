import { type Failure, INJECTED_FAILURE } from '../model/failure.js';
import type { Message, RejectionReason } from '../model/message.js';
import type { Draft } from './draft.js';
import { retryDelayMs } from './retry-delay.js';
import { type Site, siteAt } from '../state/site.js';
import { completeStep } from './complete-step.js';
import { lateUndoPlanOf } from './undo/undo-plan.js';

type Ended = Extract<Message, { type: 'stepCompleted' | 'stepFailed' }>;
/** After so many losses in a row a step is held to crash its workers. */
const lossesAllowed = 4;
/** Beyond that many an injected failure counts like any other: no handler can have attempts without end. */
const injectionsAllowed = 20;

export function decideStepCompleted(
  draft: Draft,
  message: Extract<Ended, { type: 'stepCompleted' }>,
): RejectionReason | undefined {
  const open = openAttempt(draft, message.path, message.token);
  if (typeof open === 'string') return open;
  const { site, attempt, isCancelling } = open;
  const { token, worker, startedAt, note, output } = message;
  if (isCancelling) {
    const undo = lateUndoPlanOf(draft, site, output);
    draft.emit('stepCancelled', { token, outcome: 'completed', output, worker, undo }, site.path, attempt);
  } else completeStep(draft, site, output, { token, worker, startedAt, note });
  return undefined;
}

export function decideStepFailed(draft: Draft, message: Extract<Ended, { type: 'stepFailed' }>): RejectionReason | undefined {
  const open = openAttempt(draft, message.path, message.token);
  if (typeof open === 'string') return open;
  const { site, attempt, isCancelling } = open;
  const { token, worker, startedAt, failure } = message;
  // A worker that was shut down, or whose handler fell silent, says so itself: that is a lost attempt, no failure of the step.
  const { code } = failure;
  if ((code === 'WORKER_LOST' || code === 'HEARTBEAT_LOST') && draft.state.step(site.path).claimant !== undefined)
    return decideLost(draft, { type: 'lost', path: message.path, token, code });
  if (isCancelling) draft.emit('stepCancelled', { token, outcome: 'failed', worker }, site.path, attempt);
  else if (code === INJECTED_FAILURE && draft.state.step(site.path).lostAttempts < injectionsAllowed)
    draft.emit('stepRetryScheduled', { token, failure, dueAt: draft.clockMs, worker, lost: true }, site.path, attempt + 1);
  else failAttempt(draft, site, failure, { worker, startedAt });
  return undefined;
}

/** No live worker holds the attempt any more. Only claimed (and cancelling) attempts can be lost; others are sent again. */
export function decideLost(draft: Draft, message: Extract<Message, { type: 'lost' }>): RejectionReason | undefined {
  const open = openAttempt(draft, message.path, message.token);
  if (typeof open === 'string') return open;
  const { site, attempt, isCancelling } = open;
  const own = draft.state.step(site.path);
  const { token, code } = message;
  if (isCancelling) {
    draft.emit('stepCancelled', { token, outcome: 'lost' }, site.path, attempt);
    return;
  }
  if (own.claimant === undefined) return 'notOpen';
  const failure: Failure = {
    code,
    message:
      code === 'WORKER_LOST'
        ? `worker ${own.claimant} went away while it ran this attempt`
        : `the handler on worker ${own.claimant} gave no heartbeat in time`,
    retryable: site.step.effect === 'atLeastOnce',
  };
  if (!failure.retryable) draft.emit('stepFailed', { token, failure, worker: own.claimant }, site.path, attempt);
  else if (own.lostInARow + 1 >= lossesAllowed) {
    const crashed = {
      code: 'WORKER_CRASHED',
      message: `${lossesAllowed} attempts in a row were lost with the workers that ran this step`,
      retryable: false,
    };
    draft.emit('stepFailed', { token, failure: crashed, worker: own.claimant }, site.path, attempt);
  } else {
    draft.emit(
      'stepRetryScheduled',
      { token, failure, dueAt: draft.clockMs, worker: own.claimant, lost: true },
      site.path,
      attempt + 1,
    );
  }
  return undefined;
}

/** Another attempt by the retry policy, or the end of the step. */
export function failAttempt(draft: Draft, site: Site, failure: Failure, ran: { worker?: string; startedAt?: number } = {}): void {
  const own = draft.state.step(site.path);
  const { attempt, token } = own;
  const dueAt = nextAttemptAt(draft, site, failure);
  if (dueAt === undefined) draft.emit('stepFailed', { token, failure, ...ran }, site.path, attempt);
  else draft.emit('stepRetryScheduled', { token: token!, failure, dueAt, ...ran }, site.path, attempt + 1);
}

function nextAttemptAt(draft: Draft, { step, path }: Site, failure: Failure): number | undefined {
  const own = draft.state.step(path);
  if (!failure.retryable || step.retry.nonRetryable.includes(failure.code)) return undefined;
  const delayMs = retryDelayMs(own.attempt - own.lostAttempts - (own.attemptsBefore ?? 0), step.retry, draft.context.draw());
  if (delayMs === undefined) return undefined;
  const dueAt = draft.clockMs + delayMs;
  const first = own.firstScheduledAt ?? draft.clockMs;
  if (step.retry.withinMs !== undefined && dueAt > first + step.retry.withinMs) return undefined;
  if (own.totalTimeoutAt !== undefined && dueAt >= own.totalTimeoutAt) return undefined;
  return dueAt;
}

/** The open attempt this token names, or why there is none. */
export function openAttempt(
  draft: Draft,
  path: string,
  token: number,
): { site: Site; attempt: number; isCancelling: boolean } | RejectionReason {
  const site = siteAt(draft.plan, path);
  if (site === undefined) return 'unknownStep';
  const own = draft.state.step(path);
  if (own.block !== undefined || own.wait !== undefined) return 'notOpen';
  if (own.status !== 'scheduled' && own.status !== 'running' && own.status !== 'cancelling')
    return own.attempt > 0 ? 'notOpen' : 'unknownStep';
  if (own.token !== token) return 'staleAttempt';
  return { site, attempt: own.attempt, isCancelling: own.status === 'cancelling' };
}
