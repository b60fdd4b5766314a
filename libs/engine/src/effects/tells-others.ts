import type { Plan, PlanScope, PlanStep } from '../model/plan.js';

const known = new WeakMap<Plan, boolean>();

/** Has it children, locks or limits? Most definitions have none, and their events need no second look. */
export function tellsOthers(plan: Plan): boolean {
  let tells = known.get(plan);
  if (tells === undefined)
    known.set(plan, (tells = plan.concurrency !== undefined || plan.rate !== undefined || plan.scope.steps.some(isOrHas)));
  return tells;
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
