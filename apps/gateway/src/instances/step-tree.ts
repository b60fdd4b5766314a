import {
  bodyOf,
  childPath,
  type InstanceView,
  ownerPathOf,
  type Plan,
  type PlanScope,
  type PlanStep,
  scopeKeyOf,
  scopePathOf,
  siteAt,
  type StepView,
  UNDO_ID,
} from '#libs/engine';

/** A step of the plan, of the log, or of both. */
export interface TreeStep {
  readonly path: string;
  readonly planned: PlanStep | undefined;
  /** Steps of its list, for the names of its needs. */
  readonly siblings: PlanScope | undefined;
  readonly view: StepView | undefined;
}

/**
 * Steps in the order of the definition, each followed by the step that undoes it and by what is inside it, part after part. Of the top
 * level (and of every part that has begun) those not reached yet too.
 * @param under only this step with what is inside it, and the steps around it
 */
export function* stepTree(plan: Plan | undefined, view: InstanceView, under?: string): Generator<TreeStep> {
  const seen = new Set<string>();
  const isWanted = (path: string): boolean =>
    under === undefined || path === under || path.startsWith(`${under}/`) || under.startsWith(`${path}/`);
  const walk: Walk = { view, inside: new Inside(view, isWanted), seen, isWanted };
  for (const step of listed(plan?.scope, '', walk)) yield step;
  // What an older or unknown plan does not name is shown all the same.
  for (const [path, step] of view.steps)
    if (!seen.has(path) && isWanted(path)) {
      const site = plan && siteAt(plan, path);
      yield { path, planned: site?.step, siblings: site?.scope, view: step };
    }
}

/** Steps of the top level only. */
export function* topSteps(plan: Plan | undefined, view: InstanceView): Generator<TreeStep> {
  const planned = plan?.scope.steps ?? [];
  for (const step of planned) yield { path: step.id, planned: step, siblings: plan?.scope, view: view.steps.get(step.id) };
  for (const [path, step] of view.steps)
    if (!path.includes('/') && !plan?.scope.byId.has(path)) yield { path, planned: undefined, siblings: undefined, view: step };
}

/** Which parts of which blocks the log names. */
class Inside {
  private readonly keys = new Map<string, Set<string>>();

  constructor(view: InstanceView, isWanted: (path: string) => boolean) {
    for (const scopePath of view.scopes.keys()) if (isWanted(scopePath)) this.note(scopePath);
    for (const path of view.steps.keys()) if (isWanted(path)) this.note(scopePathOf(path));
  }

  /** Keys of the parts of a block that have begun; items and rounds by number. */
  of(path: string): string[] {
    const keys = [...(this.keys.get(path) ?? [])];
    return keys.every((key) => /^\d+$/.test(key)) ? keys.sort((a, b) => Number(a) - Number(b)) : keys;
  }

  private note(scopePath: string): void {
    if (scopePath === '') return;
    const owner = ownerPathOf(scopePath);
    const known = this.keys.get(owner);
    if (known === undefined) this.keys.set(owner, new Set([scopeKeyOf(scopePath)]));
    else known.add(scopeKeyOf(scopePath));
  }
}

interface Walk {
  readonly view: InstanceView;
  readonly inside: Inside;
  readonly seen: Set<string>;
  readonly isWanted: (path: string) => boolean;
}

function* listed(scope: PlanScope | undefined, scopePath: string, walk: Walk): Generator<TreeStep> {
  const { view, inside, seen, isWanted } = walk;
  for (const step of scope?.steps ?? []) {
    const path = childPath(scopePath, step.id);
    if (!isWanted(path)) continue;
    seen.add(path);
    yield { path, planned: step, siblings: scope, view: view.steps.get(path) };
    const undoPath = `${path}/${UNDO_ID}`;
    const undo = view.steps.get(undoPath);
    if (undo !== undefined) {
      seen.add(undoPath);
      yield { path: undoPath, planned: step.undo, siblings: undefined, view: undo };
    }
    for (const key of inside.of(path)) {
      const body = bodyOf(step, key);
      if (body !== undefined) yield* listed(body, `${path}/${key}`, walk);
    }
  }
}
