import { joinVerdict } from '../state/join.js';
import type { Failure } from '../model/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { PlanStep } from '../model/plan.js';
import { QUEUE_SHAPE, TASK_SHAPE } from '../compile/vocabulary.js';
import { endsOk } from '../apply/end-step.js';
import { cancelStep } from './cancel-step.js';
import type { Draft } from './draft.js';
import { evaluate } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';

/** Decides on one step whose fate is known: run, skip or block. */
export function startStep(draft: Draft, step: PlanStep): void {
  const verdict = joinVerdict(step, draft.state.step(step.id));
  if (verdict === 'block') return draft.emit('stepBlocked', {}, step.id);
  if (verdict === 'skip') return draft.emit('stepSkipped', { because: 'runOn' }, step.id);
  const metBy = needsThatMet(draft, step);
  try {
    if (step.when && !isTrue(evaluate(draft, step.when, { step, metBy }))) {
      draft.emit('stepSkipped', { because: 'when', needs: metBy }, step.id);
      return;
    }
    run(draft, step, metBy);
  } catch (error) {
    draft.emit('stepFailed', { failure: expressionFailure(error), needs: metBy }, step.id);
  }
  cancelRestOf(draft, step, metBy);
}

function run(draft: Draft, step: PlanStep, metBy: string[] | undefined): void {
  switch (step.type) {
    case 'task':
      return scheduleFirst(draft, step, metBy);
    case 'set': {
      const values = step.values ? evaluate(draft, step.values, { step, metBy }) : {};
      return complete(draft, step, metBy, values, tagsOf(draft, step, metBy));
    }
    case 'complete':
      return complete(draft, step, metBy, null);
    case 'fail':
      return draft.emit('stepFailed', { failure: failureOf(draft, step, metBy), needs: metBy }, step.id);
  }
}

function complete(draft: Draft, step: PlanStep, metBy: string[] | undefined, result: Json, tags?: JsonObject): void {
  const output = step.output ? evaluate(draft, step.output, { step, metBy, output: result }) : result;
  draft.emit('stepCompleted', { output, tags, needs: metBy }, step.id);
  if (step.type === 'complete') draft.emit('instanceClosing', { as: 'completed', output });
}

/** Reshapes what a handler returned. @throws ExpressionError */
export function reshape(draft: Draft, step: PlanStep, output: Json): Json {
  return step.output ? evaluate(draft, step.output, { step, output }) : output;
}

function scheduleFirst(draft: Draft, step: PlanStep, metBy: string[] | undefined): void {
  const at = { step, metBy };
  const task = nameOf(step.task ? evaluate(draft, step.task, at) : '', 'task', TASK_SHAPE);
  const queue = step.queue
    ? nameOf(evaluate(draft, step.queue, at), 'queue', QUEUE_SHAPE)
    : (draft.state.queue ?? draft.plan.queue);
  const priority = step.priority
    ? wholeNumber(evaluate(draft, step.priority, at), 'priority')
    : (draft.state.priority ?? draft.plan.priority);
  const input = step.input ? evaluate(draft, step.input, at) : undefined;
  const { nowMs } = draft;
  draft.emit(
    'stepScheduled',
    {
      task,
      queue,
      priority,
      input,
      needs: metBy,
      incarnation: draft.context.admit(queue, task),
      queueTimeoutAt: step.queueTimeoutMs && nowMs + step.queueTimeoutMs,
      totalTimeoutAt: step.totalTimeoutMs && nowMs + step.totalTimeoutMs,
    },
    step.id,
    1,
  );
}

/** The next attempt of a step in backoff: same task, queue and input. */
export function scheduleAgain(draft: Draft, step: PlanStep): void {
  const { task = '', queue = '', priority = 0, input, attempt, totalTimeoutAt } = draft.state.step(step.id);
  const incarnation = draft.context.admit(queue, task);
  const queueTimeoutAt = step.queueTimeoutMs && draft.nowMs + step.queueTimeoutMs;
  draft.emit(
    'stepScheduled',
    { task, queue, priority, input, incarnation, queueTimeoutAt, totalTimeoutAt },
    step.id,
    attempt + 1,
  );
}

/** Ids of the needs that are OK, when that is not all of them; undefined = all needs feed the step. */
function needsThatMet(draft: Draft, step: PlanStep): string[] | undefined {
  if (step.runOn !== 'success') return undefined;
  const needs = step.needs.map((index) => draft.plan.scope.steps[index]!);
  const met = needs.filter((need) => endsOk(draft.state.step(need.id).status, need));
  return met.length === needs.length ? undefined : met.map((need) => need.id);
}

/** `cancelRest`: what is open, was not needed for the join and is needed by nobody else. */
function cancelRestOf(draft: Draft, step: PlanStep, metBy: string[] | undefined): void {
  if (!step.cancelRest || metBy === undefined) return;
  for (const index of step.needs) {
    const need = draft.plan.scope.steps[index]!;
    if (need.dependents.length === 1 && !metBy.includes(need.id)) cancelStep(draft, need, 'cancelled');
  }
}

function tagsOf(draft: Draft, step: PlanStep, metBy: string[] | undefined): JsonObject | undefined {
  if (step.tags === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(step.tags).map(([key, template]) => [key, evaluate(draft, template, { step, metBy })]),
  );
}

function failureOf(draft: Draft, step: PlanStep, metBy: string[] | undefined): Failure {
  const at = { step, metBy };
  const code = step.code ? text(evaluate(draft, step.code, at), 'code') : 'FAILED';
  const message = step.message ? text(evaluate(draft, step.message, at), 'message') : `step "${step.id}" failed on purpose`;
  const details = step.details ? evaluate(draft, step.details, at) : undefined;
  return { code, message, ...(details !== undefined && { details }), retryable: false };
}

function isTrue(value: Json): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`expected \`when\` to be true or false, but was ${kindOf(value)}`);
  return value;
}

function text(value: Json, field: string): string {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`expected \`${field}\` to be a text, but was ${kindOf(value)}`);
  return value;
}

/** A name that was computed becomes part of names on the broker, just as one that was written down. */
function nameOf(value: Json, field: string, shape: RegExp): string {
  const name = text(value, field);
  if (!shape.test(name))
    throw new TypeError(`expected \`${field}\` to be the name of a ${field}, but was ${JSON.stringify(name.slice(0, 100))}`);
  return name;
}

function wholeNumber(value: Json, field: string): number {
  if (!Number.isInteger(value)) throw new TypeError(`expected \`${field}\` to be a whole number, but was ${kindOf(value)}`);
  return value as number;
}

const kindOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : value === '' ? 'an empty text' : `a ${typeof value}`;
