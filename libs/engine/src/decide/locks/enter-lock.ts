import { LIMITS } from '../../compile/vocabulary.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Plan } from '../../model/plan.js';
import { surroundings } from '../../state/scopes.js';
import type { Site } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { countOf, evaluate, evaluateDuration } from '../evaluation.js';
import { keyOf } from '../values.js';

/** A `lock` step asks for its key, unless a lock around it holds that already. */
export function enterLock(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { step, path } = site;
  const at = { site, ...(metBy && { metBy }) };
  const key = keyOf(evaluate(draft, step.lock!.key, at), 'key');
  const limit = countOf(draft, step.lock!.limit, 'limit', LIMITS.holders, at);
  const timeoutAt = step.timeout === undefined ? undefined : draft.nowMs + evaluateDuration(draft, step.timeout, at);
  const fence = fenceAround(draft.plan, draft.state, site.scopePath, key);
  if (fence === undefined) draft.emit('lockRequested', { key, limit, timeoutAt, needs: metBy }, path);
  else draft.emit('lockGranted', { fence, inherited: { key, limit }, timeoutAt, needs: metBy }, path);
}

/** Fence of the innermost lock around a list of steps that is held. @param key only of this key */
export function fenceAround(plan: Plan, state: InstanceState, scopePath: string, key?: string): number | undefined {
  for (const { owner } of surroundings(plan, scopePath)) {
    if (owner?.step.type !== 'lock') continue;
    const { wait } = state.step(owner.path);
    if (wait?.kind === 'lock' && wait.fence !== undefined && (key === undefined || wait.key === key)) return wait.fence;
  }
  return undefined;
}
