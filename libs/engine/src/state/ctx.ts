import type { Json, JsonObject } from '../model/json.js';
import type { Plan, PlanStep } from '../model/plan.js';
import type { InstanceState } from './instance-state.js';
import { childPath, ownerPathOf, type Site, siteAt, siteIn } from './site.js';

/**
 * A context as a map of keys to the value and the position of the step that wrote it. Of two writers of a key the later
 * in definition order wins, which makes merging associative and commutative: joins may merge in any order.
 */
export type CtxLayer = ReadonlyMap<string, { readonly index: number; readonly value: Json }>;

const memoLimit = 1000;

/**
 * The `ctx` a step sees: the instance input with the object outputs of all its ancestors merged in, those of the blocks around it first.
 * Shared values, fresh object.
 * @param metBy ids of the needs that meet the join, for a step about to start; default: as recorded
 */
export function ctxOf(plan: Plan, state: InstanceState, site: Site, metBy?: readonly string[]): JsonObject {
  forgetOldest(state);
  const ctx = Object.create(null) as JsonObject;
  for (const [key, entry] of before(plan, state, site, metBy)) ctx[key] = entry.value;
  return ctx;
}

/** The oldest go first: a chain only ever builds on its youngest. */
function forgetOldest({ ctxMemo }: InstanceState): void {
  for (const id of ctxMemo.keys()) {
    if (ctxMemo.size <= memoLimit) return;
    ctxMemo.delete(id);
  }
}

function before(plan: Plan, state: InstanceState, site: Site, metBy?: readonly string[]): CtxLayer {
  const feeders = feedersOf(state, site, metBy);
  for (const feeder of feeders) ensureAfter(plan, state, feeder);
  return mergeLayers(
    feeders.map((feeder) => state.ctxMemo.get(feeder.path)!),
    () => baseLayer(plan, state, site.scopePath),
  );
}

/** What a list of steps begins with: the input of the instance, or the `ctx` of the block around it. */
function baseLayer(plan: Plan, state: InstanceState, scopePath: string): CtxLayer {
  if (scopePath === '') return inputLayer(state);
  const ownerPath = ownerPathOf(scopePath);
  const owner = siteAt(plan, ownerPath)!;
  const memoKey = owner.step.type === 'repeat' ? `${scopePath}/` : `${ownerPath}/#`; // all bodies of a block begin alike, but for rounds
  const known = state.ctxMemo.get(memoKey);
  if (known !== undefined) return known;
  const layer = new Map<string, { index: number; value: Json }>();
  for (const [key, { value }] of before(plan, state, owner)) layer.set(key, { index: -1, value });
  for (const [key, value] of Object.entries(state.step(ownerPath).block?.carry ?? {})) layer.set(key, { index: -1, value });
  state.ctxMemo.set(memoKey, layer);
  return layer;
}

/** Fills the memo for `site` and all it builds on in its list, without recursion: chains may be 10,000 long. */
function ensureAfter(plan: Plan, state: InstanceState, site: Site): void {
  const stack = [site];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (state.ctxMemo.has(top.path)) {
      stack.pop();
      continue;
    }
    const feeders = feedersOf(state, top);
    const missing = feeders.filter((feeder) => !state.ctxMemo.has(feeder.path));
    if (missing.length > 0) {
      stack.push(...missing);
      continue;
    }
    const base = mergeLayers(
      feeders.map((feeder) => state.ctxMemo.get(feeder.path)!),
      () => baseLayer(plan, state, top.scopePath),
    );
    state.ctxMemo.set(top.path, withOutput(base, top.step, state.step(top.path).output));
    stack.pop();
  }
}

/** Needs that had ended when the step was decided upon; those that met the join where not all did. */
function feedersOf(state: InstanceState, site: Site, metBy = state.step(site.path).metBy): Site[] {
  const { step, scope, scopePath, path } = site;
  const own = state.step(path);
  const decidedAt = own.startSeq ?? own.endedSeq ?? Infinity;
  const needs = step.needs.map((index) => scope.steps[index]!);
  return needs
    .filter((need) => {
      const endedSeq = state.step(childPath(scopePath, need.id)).endedSeq;
      return endedSeq !== undefined && endedSeq <= decidedAt && (metBy === undefined || metBy.includes(need.id));
    })
    .map((need) => siteIn(scope, scopePath, need));
}

function inputLayer(state: InstanceState): CtxLayer {
  const { input } = state;
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return new Map();
  return new Map(Object.entries(input).map(([key, value]) => [key, { index: -1, value }]));
}

function mergeLayers(layers: readonly CtxLayer[], root: () => CtxLayer): CtxLayer {
  const distinct = [...new Set(layers)];
  if (distinct.length === 0) return root();
  if (distinct.length === 1) return distinct[0]!;
  const merged = new Map(distinct[0]);
  for (const layer of distinct.slice(1)) {
    for (const [key, entry] of layer) {
      const known = merged.get(key);
      if (known === undefined || known.index < entry.index) merged.set(key, entry);
    }
  }
  return merged;
}

function withOutput(base: CtxLayer, step: PlanStep, output: Json | undefined): CtxLayer {
  if (step.as === false || output === undefined || output === null) return base;
  const isObject = typeof output === 'object' && !Array.isArray(output);
  if (step.as === undefined && !isObject) return base;
  const next = new Map(base);
  const entries: [string, Json][] = step.as === undefined ? Object.entries(output as JsonObject) : [[step.as, output]];
  for (const [key, value] of entries) {
    const known = next.get(key);
    if (known === undefined || known.index <= step.index) next.set(key, { index: step.index, value });
  }
  return next;
}
