import type { Plan, PlanScope, PlanStep } from '../model/plan.js';

/** Where a step stands in a running instance. */
export interface Site {
  readonly step: PlanStep;
  /** `notify`, `ship/3/pack`, `charge/~undo` */
  readonly path: string;
  /** The list it belongs to, and that list's path: '', `ship/3`. */
  readonly scope: PlanScope;
  readonly scopePath: string;
}

/** Last segment of the path of a step that undoes another. */
export const UNDO_ID = '~undo';

export const childPath = (scopePath: string, id: string): string => (scopePath === '' ? id : `${scopePath}/${id}`);

/** The path of the list a step belongs to. */
export const scopePathOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The path of the block a scope belongs to; '' has none. */
export const ownerPathOf = (scopePath: string): string => scopePathOf(scopePath);

/** Segment of a scope under its block. */
export const scopeKeyOf = (scopePath: string): string => scopePath.slice(scopePath.lastIndexOf('/') + 1);

/** @returns undefined when the plan has no such step: O(depth) */
export function siteAt(plan: Plan, path: string): Site | undefined {
  const top = plan.scope.byId.get(path);
  if (top !== undefined) return { step: top, path, scope: plan.scope, scopePath: '' };
  const segments = path.split('/');
  let scope: PlanScope | undefined = plan.scope;
  let scopePath = '';
  for (let at = 0; at < segments.length; at += 2) {
    const step: PlanStep | undefined = scope?.byId.get(segments[at]!);
    if (scope === undefined || step === undefined) return undefined;
    const own = childPath(scopePath, step.id);
    const key = segments[at + 1];
    if (key === undefined) return { step, path: own, scope, scopePath };
    if (key === UNDO_ID && step.undo !== undefined && at + 2 === segments.length)
      return { step: step.undo, path, scope, scopePath };
    scope = bodyOf(step, key);
    scopePath = `${own}/${key}`;
  }
  return undefined;
}

/** The list of steps of a scope's path. */
export function planScopeAt(plan: Plan, scopePath: string): PlanScope | undefined {
  if (scopePath === '') return plan.scope;
  const owner = siteAt(plan, ownerPathOf(scopePath));
  return owner && bodyOf(owner.step, scopeKeyOf(scopePath));
}

export const siteIn = (scope: PlanScope, scopePath: string, step: PlanStep): Site => ({
  step,
  path: childPath(scopePath, step.id),
  scope,
  scopePath,
});

/** A body of a block by its key in a path: a number for forEach and repeat. */
export function bodyOf(step: PlanStep, key: string): PlanScope | undefined {
  const isNumber = /^(0|[1-9]\d{0,9})$/.test(key);
  switch (step.type) {
    case 'branch':
      return step.branch!.cases.find(({ id }) => id === key)?.scope ?? (key === 'default' ? step.branch!.default : undefined);
    case 'parallel':
      return step.parallel!.branches.find((branch) => branch.key === key);
    case 'forEach':
      return isNumber ? step.forEach!.scope : undefined;
    case 'repeat':
      return isNumber ? step.repeat!.scope : undefined;
    case 'lock':
      return key === 'body' ? step.lock!.scope : undefined;
    case 'try': {
      if (key === 'body') return step.try!.scope;
      if (key === 'finally') return step.try!.finally;
      return step.try!.catches.find(({ scope }) => scope.key === key)?.scope;
    }
    default:
      return undefined;
  }
}
