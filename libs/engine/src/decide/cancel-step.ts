import { isStepEnded } from '../model/lifecycle.js';
import type { PlanStep } from '../model/plan.js';
import type { Draft } from './draft.js';

/** How long `onCancel: request` waits for the worker's answer. */
const graceMs = 30_000;

/**
 * Stops one step. What no worker can have begun ends at once; a command that is out becomes `cancelling` until its outcome,
 * its grace or its loss, except with `onCancel: abandon`.
 */
export function cancelStep(draft: Draft, step: PlanStep, abort: 'cancelled' | 'timeout'): void {
  const { status, token, attempt, incarnation, claimant } = draft.state.step(step.id);
  if (isStepEnded(status) || status === 'cancelling') return;
  const wasSent = (status === 'scheduled' || status === 'running') && (incarnation !== undefined || claimant !== undefined);
  const numbered = attempt > 0 ? attempt : undefined;
  if (!wasSent) return draft.emit('stepCancelled', { token }, step.id, numbered);
  if (step.onCancel === 'abandon') return draft.emit('stepCancelled', { token, outcome: 'abandoned' }, step.id, numbered);
  const graceUntil = step.onCancel === 'request' ? draft.nowMs + graceMs : undefined;
  draft.emit('stepCancelling', { token: token!, abort, graceUntil }, step.id, numbered);
}
