import type { PlanScope, PlanStep } from '../model/plan.js';
import { bodyKeys } from './scopes.js';
import { bodyOf } from './site.js';

/** All steps of a list and of the blocks in it, outer ones first. */
export function* everyStep(scope: PlanScope): IterableIterator<PlanStep> {
  for (const step of scope.steps) {
    yield step;
    for (const body of bodiesOf(step)) yield* everyStep(body);
  }
}

function bodiesOf(step: PlanStep): PlanScope[] {
  const numbered = step.forEach?.scope ?? step.repeat?.scope;
  return numbered ? [numbered] : bodyKeys(step).map((key) => bodyOf(step, key)!);
}
