import type { Plan, PlanScope, PlanStep } from '../model/plan.js';
import type { BlockState, ScopeState } from './block-state.js';
import type { InstanceState } from './instance-state.js';
import { bodyOf, ownerPathOf, scopeKeyOf, scopePathOf, siteAt, type Site } from './site.js';

export const freshScope: ScopeState = { ended: 0, bad: 0, open: 0 };
export const freshBlock: BlockState = { opened: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };

/** May nothing start in this scope any more? It, or something around it, is being stopped; a `finally` runs all the same. */
export function isStopped(state: InstanceState, scopePath: string): boolean {
  for (let at = scopePath; ;) {
    const scope = state.scopes.get(at);
    if (scope === undefined || scope.isStopped || scope.result !== undefined) return true;
    if (scope.isShielded) return false;
    if (at === '') return state.closing !== undefined;
    const owner = ownerPathOf(at);
    if (state.step(owner).block?.closing !== undefined) return true;
    at = scopePathOf(owner);
  }
}

/** Is it inside a lock that must be granted anew, after a retry by hand? */
export function isHeld(state: InstanceState, scopePath: string): boolean {
  for (let at = scopePath; at !== ''; at = scopePathOf(ownerPathOf(at))) {
    const { status } = state.step(ownerPathOf(at));
    if (status === 'pending' || status === 'waiting') return true;
  }
  return false;
}

/** Is it stopped by what is around it, and not by a failure of its own? */
export function isStoppedFromOutside(state: InstanceState, scopePath: string): boolean {
  const scope = state.scopes.get(scopePath);
  if (scope === undefined || scope.isShielded) return false;
  if (scopePath === '') return state.closing !== undefined;
  const owner = ownerPathOf(scopePath);
  return state.step(owner).block?.closing !== undefined || isStopped(state, scopePathOf(owner));
}

/** Rounds of a repeat whose outputs are kept, ≥ 1; undefined: the last one's is its output. */
export function keptRounds({ repeat }: PlanStep, block: BlockState): number | undefined {
  const keep = repeat!.keep;
  return typeof keep === 'object' ? block.keep : keep;
}

/** Keys of the bodies of a block that have been begun, in order. */
export function begunKeys(step: PlanStep, block: BlockState, path: string, state: InstanceState): string[] {
  if (step.type === 'forEach' || step.type === 'repeat') {
    const from = step.type === 'repeat' ? Math.max(0, block.opened - (keptRounds(step, block) ?? 1) - 1) : 0;
    return numbers(from, block.opened).filter((key) => state.scopes.get(`${path}/${key}`) !== undefined);
  }
  return bodyKeys(step).filter((key) => state.scopes.get(`${path}/${key}`) !== undefined);
}

/** Names of the bodies of a block whose number is known from its definition. */
export function bodyKeys(step: PlanStep): string[] {
  switch (step.type) {
    case 'branch':
      return [...step.branch!.cases.map(({ id }) => id), ...(step.branch!.default ? ['default'] : [])];
    case 'parallel':
      return step.parallel!.branches.map(({ key }) => key);
    case 'try':
      return ['body', ...step.try!.catches.map(({ scope }) => scope.key), ...(step.try!.finally ? ['finally'] : [])];
    case 'lock':
      return ['body'];
    default:
      return [];
  }
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => String(from + index));

/** A scope at run time and what it belongs to. */
export interface Surrounding {
  readonly scope: PlanScope;
  readonly scopePath: string;
  readonly key: string;
  /** The block; undefined for the document's list. */
  readonly owner: Site | undefined;
}

/** The list at `scopePath` and all lists around it, from the inside out. */
export function* surroundings(plan: Plan, scopePath: string): IterableIterator<Surrounding> {
  for (let at = scopePath; at !== '';) {
    const owner = siteAt(plan, ownerPathOf(at));
    const key = scopeKeyOf(at);
    const scope = owner && bodyOf(owner.step, key);
    if (owner === undefined || scope === undefined) return;
    yield { scope, scopePath: at, key, owner };
    at = owner.scopePath;
  }
  yield { scope: plan.scope, scopePath: '', key: '', owner: undefined };
}
