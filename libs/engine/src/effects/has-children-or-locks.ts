import type { Plan, PlanScope, PlanStep } from '../model/plan.js';

const known = new WeakMap<Plan, boolean>();

/** Most definitions have neither, and their events need no second look. */
export function hasChildrenOrLocks(plan: Plan): boolean {
  let has = known.get(plan);
  if (has === undefined) known.set(plan, (has = plan.scope.steps.some(isOrHas)));
  return has;
}

function isOrHas(step: PlanStep): boolean {
  if (step.type === 'workflow' || step.type === 'lock') return true;
  return bodiesOf(step).some((scope) => scope.steps.some(isOrHas));
}

function bodiesOf({ branch, parallel, forEach, repeat, try: guard }: PlanStep): PlanScope[] {
  const bodies = [
    ...(branch?.cases.map(({ scope }) => scope) ?? []),
    branch?.default,
    ...(parallel?.branches ?? []),
    forEach?.scope,
    repeat?.scope,
    guard?.scope,
    ...(guard?.catches.map(({ scope }) => scope) ?? []),
    guard?.finally,
  ];
  return bodies.filter((scope) => scope !== undefined);
}
