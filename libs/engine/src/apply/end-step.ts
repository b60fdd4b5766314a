import type { Plan, PlanScope, PlanStep } from '../model/plan.js';
import type { StepStatus } from '../model/lifecycle.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import { childPath, type Site, siteIn, UNDO_ID } from '../state/site.js';
import { endUndo } from './apply-undo.js';
import { mustStop } from './must-stop.js';
import { pushIfDecided, pushScope } from './ready.js';
import { settleScope } from './scope-end.js';

/** Does this end let dependents go on (LANGUAGE §2)? */
export function endsOk(status: StepStatus, step: Pick<PlanStep, 'allowFailure'>): boolean {
  return status === 'completed' || status === 'skipped' || (status === 'failed' && step.allowFailure);
}

/** Does this end make the scope fail? `blocked` never does by itself: something upstream did. */
export function isBadForScope(step: PlanStep, state: StepState): boolean {
  return (state.status === 'failed' || state.status === 'cancelled') && !step.allowFailure && state.isAbsorbed !== true;
}

/** A step has begun: it is open until it ends. */
export function openStep(state: InstanceState, { path, scopePath, step }: Site): void {
  if (state.open.get(path)) return;
  state.open.set(path, true);
  if (step.id === UNDO_ID) return; // belongs to no list
  const scope = state.scope(scopePath);
  state.scopes.set(scopePath, { ...scope, open: scope.open + 1 });
}

/** Records the end of a step and tells its dependents and, when it was the last, the block around it: O(out-degree). */
export function endStep(plan: Plan, state: InstanceState, site: Site, ended: StepState): void {
  const final: StepState = {
    ...ended,
    input: undefined, // only open steps need it and what they wait for, but a retry by hand finds the child again
    wait: ended.wait?.kind === 'child' ? ended.wait : undefined,
    endedSeq: state.seq,
    startSeq: ended.startSeq ?? state.seq,
  };
  state.steps.set(site.path, final);
  const wasOpen = state.open.get(site.path) === true;
  state.open.delete(site.path);
  state.waits.delete(site.path);
  state.asks.delete(site.path);
  if (site.step.id === UNDO_ID) return endUndo(plan, state, site.path, final, wasOpen);
  const { scope, scopePath } = site;
  countEnd(state, site, final, wasOpen);
  const ok = endsOk(final.status, site.step) ? 1 : 0;
  for (const index of site.step.dependents) {
    const dependent = siteIn(scope, scopePath, scope.steps[index]!);
    const before = state.step(dependent.path);
    state.steps.set(dependent.path, { ...before, needsOk: before.needsOk + ok, needsEnded: before.needsEnded + 1 });
    pushIfDecided(state, dependent);
  }
  if (scopePath !== '' && mustStop(state, scope, scopePath)) pushScope(state, scopePath);
  settleScope(plan, state, scope, scopePath);
}

function countEnd(state: InstanceState, { step, path, scopePath }: Site, final: StepState, wasOpen: boolean): void {
  const scope = state.scope(scopePath);
  const isBad = isBadForScope(step, final);
  state.scopes.set(scopePath, {
    ...scope,
    ended: scope.ended + 1,
    open: scope.open - (wasOpen ? 1 : 0),
    bad: scope.bad + (isBad ? 1 : 0),
    ...(isBad && scope.firstBad === undefined && { firstBad: path }),
  });
}

/**
 * A join with `cancelRest` is met: whatever its other needs do, before or after, no longer matters to the scope.
 * @param metBy ids of the needs that met the join; undefined = all of them
 */
export function absorbRest(state: InstanceState, { step, scope, scopePath }: Site, metBy: readonly string[] | undefined): void {
  if (!step.cancelRest || metBy === undefined) return;
  for (const index of step.needs) {
    const need = scope.steps[index]!;
    if (metBy.includes(need.id)) continue;
    const path = childPath(scopePath, need.id);
    const own = state.step(path);
    const wasBad = own.endedSeq !== undefined && isBadForScope(need, own);
    state.steps.set(path, { ...own, isAbsorbed: true });
    if (wasBad) forgiveBad(state, scope, scopePath, path);
  }
}

function forgiveBad(state: InstanceState, scope: PlanScope, scopePath: string, path: string): void {
  const own = state.scope(scopePath);
  const firstBad = own.firstBad === path ? earliestBad(state, scope, scopePath) : own.firstBad;
  const { firstBad: _former, spared = 0, ...rest } = own;
  const bad = own.bad - 1;
  const left = Math.min(spared, bad);
  state.scopes.set(scopePath, { ...rest, bad, ...(firstBad !== undefined && { firstBad }), ...(left > 0 && { spared: left }) });
}

/** Of the steps that count as bad, the one that ended first: O(steps of the list). */
export function earliestBad(state: InstanceState, scope: PlanScope, scopePath: string): string | undefined {
  let earliest: { path: string; endedSeq: number } | undefined;
  for (const step of scope.steps) {
    const path = childPath(scopePath, step.id);
    const own = state.step(path);
    if (own.endedSeq === undefined || !isBadForScope(step, own)) continue;
    if (earliest === undefined || own.endedSeq < earliest.endedSeq) earliest = { path, endedSeq: own.endedSeq };
  }
  return earliest?.path;
}
