import type { PlanScope } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import { isStopped } from '../state/scopes.js';
import { childPath } from '../state/site.js';

/**
 * Its first failure that counts stops a scope with `failFast`, except one that a join with `cancelRest` may still absorb, and those that stood
 * there when an operator had one step of it retried: that step is to run.
 */
export function mustStop(state: InstanceState, scope: PlanScope, scopePath: string): boolean {
  const own = state.scopes.get(scopePath);
  if (
    own === undefined ||
    !scope.failFast ||
    own.bad <= (own.spared ?? 0) ||
    own.ended === scope.steps.length ||
    isStopped(state, scopePath)
  )
    return false;
  const first = scope.byId.get(own.firstBad!.slice(own.firstBad!.lastIndexOf('/') + 1))!;
  return !first.dependents.some((index) => {
    const dependent = scope.steps[index]!;
    return dependent.cancelRest && state.step(childPath(scopePath, dependent.id)).status === 'pending';
  });
}
