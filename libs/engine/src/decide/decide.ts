import { isEnded } from '../model/lifecycle.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { Decision, DecisionContext, Message, RejectionReason, Send } from '../model/message.js';
import { sends } from '../effects/sends.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import { decideAct } from './acts/acts.js';
import { Draft } from './draft.js';
import { decideChildMessage } from './children/child-messages.js';
import { decideLimitAnswer } from './limits/limit-messages.js';
import { decideLockGranted } from './locks/lock-messages.js';
import { decideLost, decideStepCompleted, decideStepFailed, openAttempt } from './end-attempt.js';
import { settle } from './settle.js';
import { decideStart } from './start-instance.js';
import { decideWaitMessage } from './waits/wait-messages.js';

/**
 * What a message means for an instance: audit events, or a rejection when it no longer fits (late, duplicate, unknown).
 * Pure: `state` is not changed; clock, chance and the shell's knowledge come in through `context`. Total: never throws for
 * anything a user, a worker or a network can cause. Costs O(steps touched).
 */
export function decide(plan: Plan, state: InstanceState, message: Message, context: DecisionContext): Decision {
  const draft = draftOf(plan, state, message, context);
  return typeof draft === 'string' ? { accepted: false, reason: draft } : { accepted: true, events: draft.events };
}

/**
 * As `decide`, for the one who owns `state`: what is decided is folded into it at once, which spares applying every event a second time.
 * When this throws (a bug of ours), the state is what it was.
 */
export function advance(plan: Plan, state: InstanceState, message: Message, context: DecisionContext): Advance {
  const draft = draftOf(plan, state, message, context);
  if (typeof draft === 'string') return { accepted: false, reason: draft };
  const told = sends(plan, state, draft.events);
  state.absorb(draft.state);
  return { accepted: true, events: draft.events, sends: told };
}

/** What `sends` says goes with the events, since it needs the state before them. */
export type Advance =
  | { readonly accepted: true; readonly events: readonly AuditEvent[]; readonly sends: readonly Send[] }
  | { readonly accepted: false; readonly reason: RejectionReason };

function draftOf(plan: Plan, state: InstanceState, message: Message, context: DecisionContext): Draft | RejectionReason {
  const misfit = misfitOf(state, message);
  if (misfit !== undefined) return misfit;
  const draft = new Draft(plan, state, context);
  const reason = take(draft, message);
  if (reason !== undefined) return reason;
  settle(draft);
  return message.type === 'wake' && draft.events.length === 0 ? 'nothingDue' : draft;
}

/** They may mean something to an instance that has ended. */
const canReopen: ReadonlySet<Message['type']> = new Set([
  'compensate',
  'childReopened',
  'retry',
  'retryStep',
  'skipStep',
] as const);

function misfitOf(state: InstanceState, message: Message): RejectionReason | undefined {
  if (message.type === 'start') return state.status === 'pending' ? undefined : 'alreadyStarted';
  if (isEnded(state.status) && !canReopen.has(message.type)) return 'alreadyEnded';
  if (state.status === 'pending') return message.type === 'cancel' ? undefined : 'notStarted';
  return undefined;
}

function take(draft: Draft, message: Message): RejectionReason | undefined {
  switch (message.type) {
    case 'start':
      return decideStart(draft, message);
    case 'stepCompleted':
      return decideStepCompleted(draft, message);
    case 'stepFailed':
      return decideStepFailed(draft, message);
    case 'lost':
      return decideLost(draft, message);
    case 'claim':
      return decideClaim(draft, message);
    case 'dispatch':
      return decideDispatch(draft, message);
    case 'cancel':
      return decideCancel(draft, message);
    case 'progress':
      return decideProgress(draft, message);
    case 'childStarted':
    case 'childRefused':
    case 'childEnded':
    case 'childReopened':
    case 'compensate':
    case 'childCompensated':
      return decideChildMessage(draft, message);
    case 'lockGranted':
      return decideLockGranted(draft, message);
    case 'limitGranted':
    case 'limitRefused':
      return decideLimitAnswer(draft, message);
    case 'event':
    case 'answerAsk':
    case 'claimAsk':
    case 'reassignAsk':
    case 'emitted':
    case 'emitFailed':
      return decideWaitMessage(draft, message);
    case 'pause':
    case 'resume':
    case 'retry':
    case 'retryStep':
    case 'skipStep':
    case 'completeStep':
    case 'cancelStep':
      return decideAct(draft, message);
    case 'wake':
      return undefined; // settling is all
    default:
      return 'notPossible';
  }
}

/** The first claimant wins; its repeats are granted again. Nobody can hold what was never sent. */
function decideClaim(draft: Draft, message: Extract<Message, { type: 'claim' }>): RejectionReason | undefined {
  const open = openAttempt(draft, message.path, message.token);
  if (typeof open === 'string') return open;
  const { claimant, incarnation } = draft.state.step(message.path);
  if (open.isCancelling || incarnation === undefined) return 'notOpen';
  if (claimant === undefined)
    draft.emit('stepClaimed', { token: message.token, claimant: message.claimant }, message.path, open.attempt);
  return claimant === undefined || claimant === message.claimant ? undefined : 'alreadyClaimed';
}

function decideDispatch(draft: Draft, message: Extract<Message, { type: 'dispatch' }>): RejectionReason | undefined {
  if (draft.state.pausedAt !== undefined) return 'paused';
  const open = message.steps.filter(({ path, token }) => {
    const own = draft.state.step(path);
    return own.token === token && own.claimant === undefined && (own.status === 'scheduled' || own.status === 'running');
  });
  if (open.length === 0) return 'notOpen';
  const { incarnation, delivery, worker } = message;
  draft.emit('stepsDispatched', {
    tokens: open.map((step) => step.token),
    paths: open.map((step) => step.path),
    incarnation,
    delivery,
    worker,
  });
  return undefined;
}

function decideProgress(draft: Draft, message: Extract<Message, { type: 'progress' }>): RejectionReason | undefined {
  const { path, token, details } = message;
  const open = openAttempt(draft, path, token);
  if (typeof open === 'string') return open;
  draft.emit('stepProgressed', { token, details }, path, open.attempt);
  return undefined;
}

function decideCancel(draft: Draft, message: Extract<Message, { type: 'cancel' }>): RejectionReason | undefined {
  const { reason, by, compensate, ifPending } = message;
  if (ifPending === true && draft.state.status !== 'pending') return 'alreadyStarted';
  if (draft.state.closing !== undefined) return 'notOpen';
  draft.emit('instanceClosing', { as: 'cancelled', reason, by, compensate });
  return undefined;
}
