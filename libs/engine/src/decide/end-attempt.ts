import type { Failure } from '../model/failure.js';
import type { Message, RejectionReason } from '../model/message.js';
import type { PlanStep } from '../model/plan.js';
import type { Draft } from './draft.js';
import { expressionFailure } from './expression-failure.js';
import { retryDelayMs } from './retry-delay.js';
import { reshape } from './start-step.js';

type Ended = Extract<Message, { type: 'stepCompleted' | 'stepFailed' }>;
/** After so many losses in a row a step is held to crash its workers. */
const lossesAllowed = 4;

export function decideStepCompleted(
  draft: Draft,
  message: Extract<Ended, { type: 'stepCompleted' }>,
): RejectionReason | undefined {
  const open = openAttempt(draft, message.path, message.token);
  if (typeof open === 'string') return open;
  const { step, attempt, isCancelling } = open;
  const { token, worker, startedAt, note, output } = message;
  if (isCancelling) {
    draft.emit('stepCancelled', { token, outcome: 'completed', output, worker }, step.id, attempt);
    return;
  }
  try {
    const reshaped = reshape(draft, step, output);
    draft.emit('stepCompleted', { token, output: reshaped, worker, startedAt, note }, step.id, attempt);
  } catch (error) {
    draft.emit('stepFailed', { token, failure: expressionFailure(error), worker, startedAt }, step.id, attempt);
  }
  return undefined;
}

export function decideStepFailed(draft: Draft, message: Extract<Ended, { type: 'stepFailed' }>): RejectionReason | undefined {
  const open = openAttempt(draft, message.path, message.token);
  if (typeof open === 'string') return open;
  const { step, attempt, isCancelling } = open;
  const { token, worker, startedAt, failure } = message;
  // A worker that was shut down says so itself: that is a lost attempt, no failure of the step.
  if (failure.code === 'WORKER_LOST' && draft.state.step(step.id).claimant !== undefined)
    return decideLost(draft, { type: 'lost', path: message.path, token, code: 'WORKER_LOST' });
  if (isCancelling) draft.emit('stepCancelled', { token, outcome: 'failed', worker }, step.id, attempt);
  else failAttempt(draft, step, failure, { worker, startedAt });
  return undefined;
}

/** No live worker holds the attempt any more. Only claimed (and cancelling) attempts can be lost; others are sent again. */
export function decideLost(draft: Draft, message: Extract<Message, { type: 'lost' }>): RejectionReason | undefined {
  const open = openAttempt(draft, message.path, message.token);
  if (typeof open === 'string') return open;
  const { step, attempt, isCancelling } = open;
  const own = draft.state.step(step.id);
  const { token, code } = message;
  if (isCancelling) {
    draft.emit('stepCancelled', { token, outcome: 'lost' }, step.id, attempt);
    return;
  }
  if (own.claimant === undefined) return 'notOpen';
  const failure: Failure = {
    code,
    message: `worker ${own.claimant} went away while it ran this attempt`,
    retryable: step.effect === 'atLeastOnce',
  };
  if (!failure.retryable) draft.emit('stepFailed', { token, failure, worker: own.claimant }, step.id, attempt);
  else if (own.lostInARow + 1 >= lossesAllowed) {
    const crashed = {
      code: 'WORKER_CRASHED',
      message: `${lossesAllowed} workers in a row went away while they ran this step`,
      retryable: false,
    };
    draft.emit('stepFailed', { token, failure: crashed, worker: own.claimant }, step.id, attempt);
  } else {
    draft.emit(
      'stepRetryScheduled',
      { token, failure, dueAt: draft.nowMs, worker: own.claimant, lost: true },
      step.id,
      attempt + 1,
    );
  }
  return undefined;
}

/** Another attempt by the retry policy, or the end of the step. */
export function failAttempt(
  draft: Draft,
  step: PlanStep,
  failure: Failure,
  ran: { worker?: string; startedAt?: number } = {},
): void {
  const own = draft.state.step(step.id);
  const { attempt, token } = own;
  const dueAt = nextAttemptAt(draft, step, failure);
  if (dueAt === undefined) draft.emit('stepFailed', { token, failure, ...ran }, step.id, attempt);
  else draft.emit('stepRetryScheduled', { token: token!, failure, dueAt, ...ran }, step.id, attempt + 1);
}

function nextAttemptAt(draft: Draft, step: PlanStep, failure: Failure): number | undefined {
  const own = draft.state.step(step.id);
  if (!failure.retryable || step.retry.nonRetryable.includes(failure.code)) return undefined;
  const delayMs = retryDelayMs(own.attempt - own.lostAttempts, step.retry, draft.context.draw());
  if (delayMs === undefined) return undefined;
  const dueAt = draft.nowMs + delayMs;
  const first = own.firstScheduledAt ?? draft.nowMs;
  if (step.retry.withinMs !== undefined && dueAt > first + step.retry.withinMs) return undefined;
  if (own.totalTimeoutAt !== undefined && dueAt >= own.totalTimeoutAt) return undefined;
  return dueAt;
}

/** The open attempt this token names, or why there is none. */
export function openAttempt(
  draft: Draft,
  path: string,
  token: number,
): { step: PlanStep; attempt: number; isCancelling: boolean } | RejectionReason {
  const step = draft.plan.scope.byId.get(path);
  if (step === undefined) return 'unknownStep';
  const own = draft.state.step(path);
  if (own.status !== 'scheduled' && own.status !== 'running' && own.status !== 'cancelling')
    return own.attempt > 0 ? 'notOpen' : 'unknownStep';
  if (own.token !== token) return 'staleAttempt';
  return { step, attempt: own.attempt, isCancelling: own.status === 'cancelling' };
}
