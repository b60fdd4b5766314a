import { tryKey } from '../../apply/reopen-block.js';
import { isEnded, type StepStatus } from '../../model/lifecycle.js';
import type { Message, RejectionReason } from '../../model/message.js';
import type { Plan } from '../../model/plan.js';
import type { InstanceState } from '../../state/instance-state.js';
import { isStopped } from '../../state/scopes.js';
import { ownerPathOf, scopeKeyOf, type Site, siteAt, UNDO_ID } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { gatesAgain } from '../limits/ask-limit.js';
import { timeoutAgain } from '../start-instance.js';

interface By {
  readonly by?: string;
  readonly reason?: string;
}

/** From the failed steps, in a new generation. What was cancelled on purpose or undone stays as it is: restart makes a new instance. */
export function retryInstance(draft: Draft, { by, reason }: By): RejectionReason | undefined {
  const { status } = draft.state;
  if (status !== 'failed' && status !== 'timed_out') return 'notPossible';
  emitRetried(draft, { by, reason });
  return undefined;
}

/** Again and at once: a step in backoff; a step that ended badly, in a new generation with all that is around it. */
export function retryStep(draft: Draft, message: Extract<Message, { type: 'retryStep' }>): RejectionReason | undefined {
  const { path, input, by, reason } = message;
  const site = siteAt(draft.plan, path);
  if (site === undefined) return 'unknownStep';
  const own = draft.state.step(path);
  if (input !== undefined && (own.block !== undefined || !hasInput(site))) return 'notPossible';
  if (own.status === 'retrying') {
    draft.emit('stepRetried', { by, reason, input, dueAt: draft.clockMs }, path, own.attempt + 1);
    return undefined;
  }
  if (!canReopen(draft.plan, draft.state, site)) return 'notPossible';
  emitRetried(draft, { by, reason, path, input });
  return undefined;
}

/** @param retried with `path`, a step for which `canReopen` holds */
export function emitRetried(
  draft: Draft,
  retried: {
    by?: string;
    reason?: string;
    path?: string;
    input?: Extract<Message, { type: 'retryStep' }>['input'];
    parentReopened?: boolean;
    isSkipped?: boolean;
  },
): void {
  const again = isEnded(draft.state.status) ? { timeoutAt: timeoutAgain(draft), gates: gatesAgain(draft) } : undefined;
  draft.emit('instanceRetried', { ...retried, ...again });
}

/** Only a task and a child are given an input. */
const hasInput = ({ step }: Site): boolean => (step.type === 'task' || step.type === 'workflow') && step.id !== UNDO_ID;

const reopenable: ReadonlySet<StepStatus> = new Set<StepStatus>(['failed', 'cancelled', 'blocked']);

/**
 * Can this ended step be pending again? Everything around it must have ended badly or still be open, and the instance must neither be
 * closing nor have been undone. The failure of a try that a handler took over is the handler's matter, and what runs after it runs to its end.
 */
export function canReopen(plan: Plan, state: InstanceState, site: Site): boolean {
  if (site.step.id === UNDO_ID || !reopenable.has(state.step(site.path).status)) return false;
  const hasEnded = state.status === 'failed' || state.status === 'timed_out';
  if (!hasEnded && (isEnded(state.status) || state.closing !== undefined || state.undone !== undefined)) return false;
  for (let scopePath = site.scopePath; scopePath !== '';) {
    const owner = siteAt(plan, ownerPathOf(scopePath))!;
    const { status, block } = state.step(owner.path);
    const scope = state.scopes.get(scopePath);
    if (block === undefined || scope === undefined) return false;
    if (owner.step.type === 'try' && tryKey(state, owner) !== scopeKeyOf(scopePath)) return false;
    if (state.open.get(owner.path))
      return (
        block.closing === undefined &&
        block.undoing === undefined &&
        !isAtFinally(state, owner.path, scopePath) &&
        (scope.isStopped !== true || scope.result !== undefined) &&
        !isStopped(state, owner.scopePath)
      );
    if (!reopenable.has(status)) return false;
    scopePath = owner.scopePath;
  }
  return true;
}

/** Does the `finally` of this open try run, and the list is another one of it? */
function isAtFinally({ scopes }: InstanceState, path: string, scopePath: string): boolean {
  const last = scopes.get(`${path}/finally`);
  return last !== undefined && last.result === undefined && scopePath !== `${path}/finally`;
}
