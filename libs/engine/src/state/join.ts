import type { PlanStep } from '../model/plan.js';
import type { StepState } from './step-state.js';

/** run: the join is met · skip: it may never run (`runOn: failure` without a failure) · block: it can no longer be met · wait: still open */
export type JoinVerdict = 'run' | 'skip' | 'block' | 'wait';

/** LANGUAGE §2 as a function of three numbers; table-driven test in `join.spec.ts`. */
export function joinVerdict(
  step: Pick<PlanStep, 'runOn' | 'required' | 'needs'>,
  state: Pick<StepState, 'needsOk' | 'needsEnded'>,
): JoinVerdict {
  const total = step.needs.length;
  const { needsOk, needsEnded } = state;
  const needsBad = needsEnded - needsOk;
  switch (step.runOn) {
    case 'success':
      if (needsOk >= step.required) return 'run';
      return total - needsBad < step.required ? 'block' : 'wait';
    case 'failure':
      if (needsEnded < total) return 'wait';
      return needsBad > 0 ? 'run' : 'skip';
    case 'always':
      return needsEnded < total ? 'wait' : 'run';
  }
}
