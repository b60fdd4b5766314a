import type { EvaluationScope, StepFacts, Template } from '../expressions/template.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Count, Duration, Plan, PlanStep } from '../model/plan.js';
import { MAX_DURATION_MS, parseDuration } from '../parse/duration.js';
import { ctxOf } from '../state/ctx.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import { surroundings } from '../state/scopes.js';
import { childPath, type Site } from '../state/site.js';
import type { Draft } from './draft.js';
import { wholeNumber } from './values.js';

/** Where and with what a template is evaluated. Only what it reads is computed. */
export interface At {
  /** Absent: of the instance (summary, tags, output). */
  readonly site?: Site;
  readonly metBy?: readonly string[];
  /** List whose steps and surroundings are seen; default: that of `site`. A repeat looks at its round this way. */
  readonly scopePath?: string;
  readonly output?: Json;
  readonly event?: Json;
  readonly error?: Json;
  readonly index?: number;
  readonly last?: Json;
  /** Names given on the spot: the `as` of a catch. */
  readonly names?: Readonly<Record<string, Json>>;
}

/** @throws ExpressionError */
export function evaluate(draft: Draft, template: Template, at: At = {}): Json {
  return template.isLiteral ? template.evaluate({}) : template.evaluate(scopeOf(draft, at));
}

/** @returns milliseconds, ≥ 0 @throws TypeError when the expression yields no duration */
export function evaluateDuration(draft: Draft, duration: Duration, at: At): number {
  if (typeof duration === 'number') return duration;
  const value = evaluate(draft, duration, at);
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms !== undefined && ms >= 0 && ms <= MAX_DURATION_MS) return Math.round(ms);
  throw new TypeError(`expected a duration such as 30s, or milliseconds, but was ${JSON.stringify(value).slice(0, 100)}`);
}

/** @returns a whole number ≥ 1 @throws TypeError when the expression yields none, or more than `most` */
export function countOf(draft: Draft, count: Count, field: string, most: number, at: At): number {
  if (typeof count === 'number') return count;
  const value = wholeNumber(evaluate(draft, count, at), field);
  if (value >= 1 && value <= most) return value;
  throw new TypeError(`expected \`${field}\` to be at least 1${most < Infinity ? ` and at most ${most}` : ''}, but was ${value}`);
}

function scopeOf(draft: Draft, at: At): EvaluationScope {
  const { plan, state } = draft;
  const { site, metBy } = at;
  const scopePath = at.scopePath ?? site?.scopePath ?? '';
  return {
    input: () => state.input,
    instance: () => instanceFacts(state),
    now: () => draft.nowMs,
    steps: (id) => stepFacts(plan, state, scopePath, id),
    ...(site && {
      ctx: () => ctxOf(plan, state, site, metBy),
      needs: () => needsOf(draft, site, metBy),
      error: () => at.error ?? (site.step.runOn === 'failure' ? errorOfNeeds(draft, site) : caughtError(plan, state, scopePath)),
      item: () => itemAround(plan, state, scopePath),
      index: () => at.index ?? indexAround(plan, scopePath),
      last: () => ('last' in at ? (at.last ?? null) : lastAround(plan, state, scopePath)),
      named: (name) => at.names?.[name] ?? namedAround(plan, state, scopePath, name),
    }),
    ...('output' in at && { output: () => at.output ?? null }),
    ...('event' in at && { event: () => at.event ?? null }),
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

/** The step of that id in this list or the nearest one around it. */
function stepFacts(plan: Plan, state: InstanceState, scopePath: string, id: string): StepFacts {
  for (const around of surroundings(plan, scopePath)) {
    const step = around.scope.byId.get(id);
    if (step === undefined) continue;
    const own = state.step(childPath(around.scopePath, id));
    return { output: own.output ?? null, error: failureJson(own.error), status: own.status, ...partFacts(step, own) };
  }
  return { output: null, error: null, status: 'pending' };
}

/** `taken` of a branch with `match: first` is an id, or null; with `match: all` a list, however many there are. */
function partFacts(step: PlanStep, { block, counts }: StepState): Partial<StepFacts> {
  const taken = block?.taken;
  const isOne = step.branch?.match === 'first';
  return { ...(taken && { taken: isOne ? (taken[0] ?? null) : [...taken] }), ...(counts && { counts: { ...counts } }) };
}

function failureJson(failure: { code: string; message: string; details?: Json; path?: string } | undefined): Json {
  if (failure === undefined) return null;
  const { code, message, details, path } = failure;
  return { code, message, ...(details !== undefined && { details }), ...(path !== undefined && { path }) };
}

function needsOf(draft: Draft, { step, scope, scopePath }: Site, metBy: readonly string[] | undefined): JsonObject {
  const outputs = Object.create(null) as JsonObject;
  for (const index of step.needs) {
    const { id } = scope.steps[index]!;
    if (metBy === undefined || metBy.includes(id)) outputs[id] = draft.state.step(childPath(scopePath, id)).output ?? null;
  }
  return outputs;
}

/** For `runOn: failure`: the first need that failed, in definition order. */
function errorOfNeeds(draft: Draft, { step, scope, scopePath }: Site): Json {
  for (const index of step.needs) {
    const path = childPath(scopePath, scope.steps[index]!.id);
    const own = draft.state.step(path);
    if (own.error !== undefined) return { ...(failureJson(own.error) as JsonObject), path };
  }
  return null;
}

function itemAround(plan: Plan, state: InstanceState, scopePath: string): Json {
  for (const { owner, key } of surroundings(plan, scopePath))
    if (owner?.step.type === 'forEach') return state.step(owner.path).block?.items?.[Number(key)] ?? null;
  return null;
}

function indexAround(plan: Plan, scopePath: string): number {
  for (const { owner, key } of surroundings(plan, scopePath))
    if (owner?.step.type === 'forEach' || owner?.step.type === 'repeat') return Number(key);
  return 0;
}

/** Output of the round before; null in the first. */
function lastAround(plan: Plan, state: InstanceState, scopePath: string): Json {
  for (const { owner, key } of surroundings(plan, scopePath))
    if (owner?.step.type === 'repeat') return roundOutput(state, owner.path, Number(key) - 1);
  return null;
}

export function roundOutput(state: InstanceState, path: string, round: number): Json {
  const result = state.scopes.get(`${path}/${round}`)?.result;
  return result?.status === 'completed' ? result.output : null;
}

function caughtError(plan: Plan, state: InstanceState, scopePath: string): Json {
  for (const { owner, key } of surroundings(plan, scopePath))
    if (owner?.step.type === 'try' && key.startsWith('catch-')) return failureJson(state.step(owner.path).block?.error);
  return null;
}

/** The `as` of the nearest forEach or catch of that name. */
function namedAround(plan: Plan, state: InstanceState, scopePath: string, name: string): Json {
  for (const { owner, key } of surroundings(plan, scopePath)) {
    const block = owner && state.step(owner.path).block;
    if (owner?.step.forEach?.as === name) return block?.items?.[Number(key)] ?? null;
    if (owner?.step.try?.catches.find(({ scope }) => scope.key === key)?.as === name) return failureJson(block?.error);
  }
  return null;
}
