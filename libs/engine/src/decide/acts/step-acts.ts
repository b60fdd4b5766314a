import type { Message, RejectionReason } from '../../model/message.js';
import { isEnded, isStepEnded } from '../../model/lifecycle.js';
import { isStopped } from '../../state/scopes.js';
import { type Site, siteAt, UNDO_ID } from '../../state/site.js';
import { cancelStep, closeBlock } from '../cancel-step.js';
import { completeStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { canReopen, emitRetried } from './retry.js';

type Act<T extends Message['type']> = Extract<Message, { type: T }>;

/**
 * A step is passed over with an output given by hand: one not decided upon yet, on its way, or one that ended badly. A block in which
 * something is open (again) is completed with that output.
 */
export function skipStep(draft: Draft, { path, output = null, by, reason }: Act<'skipStep'>): RejectionReason | undefined {
  const site = siteAt(draft.plan, path);
  if (site === undefined) return 'unknownStep';
  if (isStepEnded(draft.state.step(path).status)) {
    if (!canReopen(draft.plan, draft.state, site)) return misfit(draft);
    emitRetried(draft, { by, reason, path, ...(site.step.type === 'lock' && { isSkipped: true }) });
  } else if (!isOpenTo(draft, site)) return misfit(draft);
  const { status, block, token, attempt, incarnation, claimant } = draft.state.step(path);
  if (status === 'cancelling' || block?.closing !== undefined) return 'notPossible';
  if (block !== undefined && status === 'running') {
    closeBlock(draft, site, { as: 'completed', output, by, reason });
    return undefined;
  }
  const wasSent = (status === 'scheduled' || status === 'running') && (incarnation !== undefined || claimant !== undefined);
  const abort = wasSent ? ({ token, abort: 'cancelled' } as const) : {};
  draft.emit('stepSkipped', { because: 'hand', output, by, reason, ...abort }, path, attempt || undefined);
  return undefined;
}

/** A wait ends with the given output, a block goes on with what it has. Tasks are skipped instead: nothing of theirs is there. */
export function completeByHand(draft: Draft, message: Act<'completeStep'>): RejectionReason | undefined {
  const { path, output, by, reason } = message;
  const site = siteAt(draft.plan, path);
  if (site === undefined) return 'unknownStep';
  const own = draft.state.step(path);
  if (isStepEnded(own.status) || !isOpenTo(draft, site)) return misfit(draft);
  if (own.status === 'waiting') {
    completeStep(draft, site, output ?? null, { token: own.token, by, reason, because: 'hand' });
    return undefined;
  }
  if (own.block === undefined || own.status !== 'running' || own.block.closing !== undefined) return 'notPossible';
  closeBlock(draft, site, { as: 'completed', output, by, reason });
  return undefined;
}

/** One step and all in it is stopped; its worker is told. */
export function cancelOneStep(draft: Draft, { path, by, reason }: Act<'cancelStep'>): RejectionReason | undefined {
  const site = siteAt(draft.plan, path);
  if (site === undefined) return 'unknownStep';
  const own = draft.state.step(path);
  if (isStepEnded(own.status) || !isOpenTo(draft, site)) return misfit(draft);
  if (own.status === 'cancelling' || own.status === 'compensating' || own.block?.closing !== undefined) return 'notPossible';
  cancelStep(draft, site, 'cancelled', { by, reason });
  return undefined;
}

const misfit = ({ state }: Draft): RejectionReason => (isEnded(state.status) ? 'alreadyEnded' : 'notPossible');

/** Its list has been begun and is not being stopped; what is being undone is left alone. */
function isOpenTo({ state }: Draft, site: Site): boolean {
  const isBegun = state.scopes.get(site.scopePath) !== undefined;
  return isBegun && site.step.id !== UNDO_ID && !isEnded(state.status) && !isStopped(state, site.scopePath);
}
