import { isStepEnded } from '../model/lifecycle.js';
import type { AuditEventData } from '../model/audit-event.js';
import { begunKeys } from '../state/scopes.js';
import { planScopeAt, type Site, siteIn, UNDO_ID } from '../state/site.js';
import { cancelChild } from './children/leave-child.js';
import type { Draft } from './draft.js';

/** How long `onCancel: request` waits for the worker's answer. */
const graceMs = 30_000;

export type Abort = 'cancelled' | 'timeout';

/**
 * Stops one step. What no worker can have begun ends at once; a command that is out becomes `cancelling` until its outcome,
 * its grace or its loss, except with `onCancel: abandon`. A block ends when all in it has.
 */
export function cancelStep(draft: Draft, site: Site, abort: Abort, act: { by?: string; reason?: string } = {}): void {
  const { status, token, incarnation, claimant, block, attempt } = draft.state.step(site.path);
  if (isStepEnded(status) || status === 'cancelling' || status === 'compensating' || site.step.id === UNDO_ID) return;
  if (status === 'waiting' && site.step.type === 'workflow') return cancelChild(draft, site, abort, act);
  if (block !== undefined && status !== 'waiting') return closeBlock(draft, site, { as: 'cancelled', ...act }, abort);
  const isOut = (status === 'scheduled' || status === 'running') && (incarnation !== undefined || claimant !== undefined);
  const wasSent = isOut && !draft.hasScheduled(token!);
  const numbered = attempt > 0 ? attempt : undefined;
  if (!wasSent) return draft.emit('stepCancelled', { token, ...act }, site.path, numbered);
  if (site.step.onCancel === 'abandon')
    return draft.emit('stepCancelled', { token, outcome: 'abandoned', ...act }, site.path, numbered);
  const graceUntil = site.step.onCancel === 'request' ? draft.nowMs + graceMs : undefined;
  draft.emit('stepCancelling', { token: token!, abort, graceUntil, ...act }, site.path, numbered);
}

/** A block begins to end: nothing more starts in it, what is open is stopped. One that is ending already keeps its reason. */
export function closeBlock(draft: Draft, site: Site, closing: AuditEventData['blockClosing'], abort: Abort = 'cancelled'): void {
  const before = draft.state.step(site.path).block!;
  if (before.closing !== undefined) return;
  draft.emit('blockClosing', closing, site.path);
  for (const key of begunKeys(site.step, before, site.path, draft.state)) {
    const scopePath = `${site.path}/${key}`;
    const scope = draft.state.scopes.get(scopePath);
    if (scope !== undefined && scope.result === undefined && !scope.isShielded) stopScope(draft, scopePath, abort);
  }
}

/** Cancels what is open in a list of steps, blocks and all in them included. Steps not reached stay `pending`: nothing was decided about them. */
export function stopScope(draft: Draft, scopePath: string, abort: Abort = 'cancelled'): void {
  const scope = planScopeAt(draft.plan, scopePath)!;
  for (const step of scope.steps) {
    const site = siteIn(scope, scopePath, step);
    if (draft.state.open.get(site.path)) cancelStep(draft, site, abort);
  }
}
