import type { InstanceError } from '../model/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Plan, PlanScope } from '../model/plan.js';
import type { BlockState, PartResult } from '../state/block-state.js';
import type { InstanceState } from '../state/instance-state.js';
import { begunKeys, isStopped, isStoppedFromOutside } from '../state/scopes.js';
import { bodyOf, childPath, ownerPathOf, type Site, siteAt } from '../state/site.js';
import { defaultOutput } from './default-output.js';
import { pushIfActionable } from './ready.js';

/** The error of a scope: that of the step that failed first. */
export function errorOf(state: InstanceState, path: string): InstanceError {
  const { error, status } = state.step(path);
  if (error === undefined) return { code: 'CANCELLED', message: `step "${path}" was ${status}`, path };
  return { code: error.code, message: error.message, ...(error.details !== undefined && { details: error.details }), path };
}

/** When nothing is left to do in a body, its result is known and its block is told. The document's own list is judged by `settle`. */
export function settleScope(plan: Plan, state: InstanceState, scope: PlanScope, scopePath: string): void {
  const own = state.scopes.get(scopePath);
  if (scopePath === '' || own === undefined || own.result !== undefined) return;
  const isDone = own.ended === scope.steps.length || (own.open === 0 && isStopped(state, scopePath));
  if (!isDone) return;
  const result = resultOf(state, scope, scopePath);
  state.scopes.set(scopePath, { ...own, result });
  const site = siteAt(plan, ownerPathOf(scopePath))!;
  const step = state.step(site.path);
  const block = step.block!;
  state.steps.set(site.path, { ...step, block: counted(state, block, site, scope, scopePath, result) });
  if (result.status === 'completed' && site.step.type !== 'repeat') forgetSteps(plan, state, scope, scopePath);
  pushIfActionable(plan, state, site);
}

function resultOf(state: InstanceState, scope: PlanScope, scopePath: string): PartResult {
  const own = state.scope(scopePath);
  if (own.isTimedOut)
    return {
      status: 'failed',
      error: { code: 'TIMED_OUT', message: 'it took longer than its timeout', path: ownerPathOf(scopePath) },
    };
  const isWhole = own.ended === scope.steps.length && own.bad === 0;
  if (isWhole) return { status: 'completed', output: defaultOutput(state, scope, scopePath) };
  if (own.bad === 0 || (!own.isStopped && isStoppedFromOutside(state, scopePath))) return { status: 'cancelled' };
  return { status: 'failed', error: errorOf(state, own.firstBad!) };
}

function counted(
  state: InstanceState,
  block: BlockState,
  site: Site,
  scope: PlanScope,
  scopePath: string,
  result: PartResult,
): BlockState {
  return {
    ...block,
    running: block.running - 1,
    [result.status]: block[result.status] + 1,
    ...(result.status === 'failed' && block.firstBad === undefined && { firstBad: scopePath }),
    ...(site.step.type === 'repeat' && result.status === 'completed' && { carry: carryOf(state, block.carry, scope, scopePath) }),
  };
}

/** What a round leaves in `ctx` for the next one. */
function carryOf(state: InstanceState, before: JsonObject | undefined, scope: PlanScope, scopePath: string): JsonObject {
  const carry = Object.assign(Object.create(null) as JsonObject, before);
  for (const step of scope.steps) {
    const { output } = state.step(childPath(scopePath, step.id));
    if (step.as === false || output === undefined || output === null) continue;
    if (step.as !== undefined) carry[step.as] = output;
    else if (typeof output === 'object' && !Array.isArray(output)) Object.assign(carry, output satisfies Json);
  }
  return carry;
}

/** Inside a block that has ended well nobody looks any more: what it produced is its output, what can be undone is in a list of its own. */
export function forgetSteps(plan: Plan, state: InstanceState, scope: PlanScope, scopePath: string): void {
  for (const step of scope.steps) {
    const path = childPath(scopePath, step.id);
    const own = state.steps.get(path);
    if (own === undefined) continue;
    if (own.block !== undefined) forgetScopes(plan, state, { step, path, scope, scopePath }, own.block);
    state.steps.delete(path);
  }
}

/** Drops the bodies of a block and all inside. @param keep keys whose results are still read */
export function forgetScopes(
  plan: Plan,
  state: InstanceState,
  site: Site,
  block: BlockState,
  keep: (key: string) => boolean = () => false,
): void {
  for (const key of begunKeys(site.step, block, site.path, state)) {
    const scopePath = `${site.path}/${key}`;
    forgetSteps(plan, state, bodyOf(site.step, key)!, scopePath);
    if (!keep(key)) state.scopes.delete(scopePath);
  }
}
