import type { EvaluationScope, StepFacts, Template } from '../expressions/template.js';
import type { Json, JsonObject } from '../model/json.js';
import type { PlanStep } from '../model/plan.js';
import { ctxOf } from '../state/ctx.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Draft } from './draft.js';

/** Evaluates one template of an instance (no step) or of a step. @throws ExpressionError */
export function evaluate(
  draft: Draft,
  template: Template,
  at: { step?: PlanStep; metBy?: readonly string[]; output?: Json } = {},
): Json {
  return template.evaluate(scopeOf(draft, at));
}

function scopeOf(draft: Draft, at: { step?: PlanStep; metBy?: readonly string[]; output?: Json }): EvaluationScope {
  const { plan, state } = draft;
  const { step, metBy, output } = at;
  return {
    input: () => state.input,
    instance: () => instanceFacts(state),
    now: () => draft.nowMs,
    steps: (id) => stepFacts(state, id),
    ...(step && {
      ctx: () => ctxOf(plan, state, step, metBy),
      needs: () => needsOf(draft, step, metBy),
      error: () => errorOfNeeds(draft, step),
    }),
    ...('output' in at && { output: () => output ?? null }),
  };
}

function instanceFacts(state: InstanceState): JsonObject {
  const { id, definition, version, key, startedAt, tags } = state;
  return {
    id,
    definition,
    version,
    key: key ?? null,
    startedAt: startedAt === undefined ? null : new Date(startedAt).toISOString(),
    tags,
  };
}

function stepFacts(state: InstanceState, id: string): StepFacts {
  const own = state.step(id);
  return { output: own.output ?? null, error: failureJson(own.error), status: own.status };
}

function failureJson(failure: { code: string; message: string; details?: Json } | undefined): Json {
  if (failure === undefined) return null;
  return { code: failure.code, message: failure.message, ...(failure.details !== undefined && { details: failure.details }) };
}

function needsOf(draft: Draft, step: PlanStep, metBy: readonly string[] | undefined): JsonObject {
  const outputs = Object.create(null) as JsonObject;
  for (const index of step.needs) {
    const { id } = draft.plan.scope.steps[index]!;
    if (metBy === undefined || metBy.includes(id)) outputs[id] = draft.state.step(id).output ?? null;
  }
  return outputs;
}

/** For `runOn: failure`: the first need that failed, in definition order. */
function errorOfNeeds(draft: Draft, step: PlanStep): Json {
  for (const index of step.needs) {
    const { id } = draft.plan.scope.steps[index]!;
    const own = draft.state.step(id);
    if (own.error !== undefined) return { ...(failureJson(own.error) as JsonObject), path: id };
  }
  return null;
}
