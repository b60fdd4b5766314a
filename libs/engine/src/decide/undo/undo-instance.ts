import type { AuditEventData } from '../../model/audit-event.js';
import type { InstanceError } from '../../model/failure.js';
import type { Message, RejectionReason } from '../../model/message.js';
import type { Plan } from '../../model/plan.js';
import { undoablePaths, undoStage } from '../../state/undo-run.js';
import type { Draft } from '../draft.js';
import { startUndos } from './start-undo.js';
import { noteUnused } from '../waits/event-messages.js';

type Cause = AuditEventData['instanceClosing'];

/** Does an instance that ends like this undo what it did? The word of whoever cancels goes before `compensation.on`. */
export function wantsUndo({ compensation }: Plan, { as, compensate }: Cause): boolean {
  switch (as) {
    case 'failed':
      return compensation.on.has('failure');
    case 'timed_out':
      return compensation.on.has('timeout');
    case 'cancelled':
      return compensate ?? compensation.on.has('cancel');
    default:
      return false;
  }
}

/** Everything is quiet and the instance would end like this. @returns true when there is something to undo before */
export function beginUndo(draft: Draft, cause: Cause): boolean {
  const { plan, state } = draft;
  if (state.undo.size === 0 || !wantsUndo(plan, cause)) return false;
  draft.emit('instanceCompensating', { cause, order: plan.compensation.order, paths: undoablePaths(state) });
  return true;
}

export const isUndoing = ({ state }: Draft): boolean => state.status === 'compensating';

/** @returns how many began; the instance ends when nothing is left */
export function goOnUndoing(draft: Draft, budget: number): number {
  const { state } = draft;
  const begun = startUndos(draft, () => state.undone!, budget);
  if (undoStage(state.undone!) === 'done') endUndoing(draft);
  return begun;
}

function endUndoing(draft: Draft): void {
  const { cause, failures } = draft.state.undone!;
  const error = errorOf(cause);
  noteUnused(draft);
  if (failures.length === 0) draft.emit('instanceCompensated', { error });
  else draft.emit('instanceCompensationFailed', { error, failures: [...failures] });
}

/** What made the instance compensate stays its error. */
function errorOf({ as, error, reason }: Cause): InstanceError | undefined {
  if (as !== 'cancelled') return error;
  return { code: 'CANCELLED', message: reason ?? 'the instance was cancelled' };
}

/** The parent undoes what it did, this completed child included: whatever its own `compensation.on` says. */
export function decideCompensate(
  draft: Draft,
  { parent }: Extract<Message, { type: 'compensate' }>,
): RejectionReason | undefined {
  const { plan, state } = draft;
  if (state.status !== 'completed' || state.parent?.instance !== parent.instance) return 'notPossible';
  const cause: Cause = { as: 'completed', reason: `undone by its parent ${parent.instance}` };
  draft.emit('instanceCompensating', { cause, order: plan.compensation.order, paths: undoablePaths(state) });
  return undefined;
}

export function decideChildCompensated(
  draft: Draft,
  { path, id, failures }: Extract<Message, { type: 'childCompensated' }>,
): RejectionReason | undefined {
  const { state } = draft;
  const entry = state.undo.get(path);
  if (state.step(path).status !== 'compensating' || entry === undefined) return 'notOpen';
  if (!('childId' in entry.plan) || entry.plan.childId !== id) return 'staleAttempt';
  draft.emit('childCompensated', failures === undefined ? {} : { failures: [...failures] }, path);
  return undefined;
}
