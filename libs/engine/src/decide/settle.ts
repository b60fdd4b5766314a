import type { InstanceError } from '../model/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { PlanScope } from '../model/plan.js';
import { peekReady } from '../state/ready-queue.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Draft } from './draft.js';
import { evaluate } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';
import { fireClocks, stopOpenSteps } from './fire-clocks.js';
import { startStep } from './start-step.js';

/** Steps decided in one slice; what is left makes the instance due again at once, so that a wide fan-out never holds up its neighbours. */
const sliceSize = 500;

/** After a message: fire what is due, start what is ready, and end the instance when nothing is left. */
export function settle(draft: Draft): void {
  const { state } = draft;
  let budget = sliceSize;
  while (budget > 0 && state.closing === undefined) {
    budget -= fireClocks(draft, budget);
    const path = peekReady(state.ready);
    if (path === undefined || state.closing !== undefined || shouldFailFast(draft)) break;
    startStep(draft, draft.plan.scope.byId.get(path)!);
    budget -= 1;
  }
  if (state.closing === undefined && shouldFailFast(draft))
    draft.emit('instanceClosing', { as: 'failed', error: errorOf(state) });
  if (state.closing !== undefined) close(draft);
  else if (state.endedSteps === draft.plan.scope.steps.length) finish(draft);
}

function close(draft: Draft): void {
  const { state } = draft;
  if (draft.events.some((event) => event.type === 'instanceClosing')) stopOpenSteps(draft);
  fireClocks(draft, Infinity); // grace of cancelling steps
  if (state.open.size > 0) return;
  const { as, output = null, error, reason, by } = state.closing!;
  switch (as) {
    case 'completed':
      return draft.emit('instanceCompleted', { output });
    case 'failed':
      return draft.emit('instanceFailed', { error: error! });
    case 'timed_out':
      return draft.emit('instanceTimedOut', { error: error! });
    case 'cancelled':
      return draft.emit('instanceCancelled', { reason, by });
  }
}

function finish(draft: Draft): void {
  const { plan, state } = draft;
  if (state.badSteps > 0) return draft.emit('instanceFailed', { error: errorOf(state) });
  try {
    const output = plan.output ? evaluate(draft, plan.output) : defaultOutput(state, plan.scope);
    draft.emit('instanceCompleted', { output });
  } catch (error) {
    const { code, message } = expressionFailure(error);
    draft.emit('instanceFailed', { error: { code, message: `output: ${message}` } });
  }
}

/** LANGUAGE §1: the one last step's output, or the object outputs of several merged in definition order. */
function defaultOutput(state: InstanceState, scope: PlanScope): Json {
  const outputs = scope.leaves
    .filter((leaf) => state.step(leaf.id).status === 'completed')
    .map((leaf) => state.step(leaf.id).output ?? null);
  if (outputs.length <= 1) return outputs[0] ?? null;
  const merged: JsonObject = {};
  for (const output of outputs) {
    if (output === null || typeof output !== 'object' || Array.isArray(output)) continue;
    for (const [key, value] of Object.entries(output))
      Object.defineProperty(merged, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return merged;
}

/**
 * `failFast`: the first failure that counts ends the instance, except one that a join with `cancelRest` may still absorb.
 */
function shouldFailFast({ plan, state }: Draft): boolean {
  if (!plan.failFast || state.badSteps === 0 || state.endedSteps === plan.scope.steps.length) return false;
  const first = plan.scope.byId.get(state.firstBad!)!;
  return !first.dependents.some((index) => {
    const dependent = plan.scope.steps[index]!;
    return dependent.cancelRest && state.step(dependent.id).status === 'pending';
  });
}

function errorOf(state: InstanceState): InstanceError {
  const path = state.firstBad!;
  const { error, status } = state.step(path);
  if (error === undefined) return { code: 'CANCELLED', message: `step "${path}" was ${status}`, path };
  return { code: error.code, message: error.message, ...(error.details !== undefined && { details: error.details }), path };
}
