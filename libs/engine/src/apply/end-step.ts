import type { Plan, PlanStep } from '../model/plan.js';
import type { StepStatus } from '../model/lifecycle.js';
import { joinVerdict } from '../state/join.js';
import type { InstanceState, StepState } from '../state/instance-state.js';
import { pushReady } from '../state/ready-queue.js';

/** Does this end let dependents go on (LANGUAGE §2)? */
export function endsOk(status: StepStatus, step: Pick<PlanStep, 'allowFailure'>): boolean {
  return status === 'completed' || status === 'skipped' || (status === 'failed' && step.allowFailure);
}

/** Does this end make the scope fail? `blocked` never does by itself: something upstream did. */
export function isBadForScope(step: PlanStep, state: StepState): boolean {
  return (state.status === 'failed' || state.status === 'cancelled') && !step.allowFailure && state.isAbsorbed !== true;
}

/** Records the end of a step and tells its dependents: O(out-degree). */
export function endStep(plan: Plan, state: InstanceState, step: PlanStep, ended: StepState): void {
  const { input: _input, ...kept } = ended; // only open attempts need their input
  const final: StepState = { ...kept, endedSeq: state.seq, startSeq: kept.startSeq ?? state.seq };
  state.steps.set(step.id, final);
  state.open.delete(step.id);
  state.endedSteps += 1;
  if (isBadForScope(step, final)) countBad(state, step.id);
  const ok = endsOk(final.status, step) ? 1 : 0;
  for (const index of step.dependents) {
    const dependent = plan.scope.steps[index]!;
    const before = state.step(dependent.id);
    state.steps.set(dependent.id, { ...before, needsOk: before.needsOk + ok, needsEnded: before.needsEnded + 1 });
    pushIfDecided(state, dependent);
  }
}

/** Into the ready queue once, as soon as its fate is known (run, skip or block). */
export function pushIfDecided(state: InstanceState, step: PlanStep): void {
  const own = state.step(step.id);
  if (own.status !== 'pending' || own.readySeq !== undefined || joinVerdict(step, own) === 'wait') return;
  state.steps.set(step.id, { ...own, readySeq: state.seq });
  state.ready = pushReady(state.ready, step.id);
}

function countBad(state: InstanceState, id: string): void {
  state.badSteps += 1;
  state.firstBad ??= id;
}

/**
 * A join with `cancelRest` is met: whatever its other needs do, before or after, no longer matters to the scope.
 * @param metBy ids of the needs that met the join; undefined = all of them
 */
export function absorbRest(plan: Plan, state: InstanceState, step: PlanStep, metBy: readonly string[] | undefined): void {
  if (!step.cancelRest || metBy === undefined) return;
  for (const index of step.needs) {
    const need = plan.scope.steps[index]!;
    if (metBy.includes(need.id)) continue;
    const own = state.step(need.id);
    if (own.endedSeq !== undefined && isBadForScope(need, own)) state.badSteps -= 1;
    state.steps.set(need.id, { ...own, isAbsorbed: true });
    if (state.firstBad === need.id) state.firstBad = earliestBad(plan, state);
  }
}

function earliestBad(plan: Plan, state: InstanceState): string | undefined {
  let earliest: { id: string; endedSeq: number } | undefined;
  for (const step of plan.scope.steps) {
    const own = state.step(step.id);
    if (own.endedSeq === undefined || !isBadForScope(step, own)) continue;
    if (earliest === undefined || own.endedSeq < earliest.endedSeq) earliest = { id: step.id, endedSeq: own.endedSeq };
  }
  return earliest?.id;
}
