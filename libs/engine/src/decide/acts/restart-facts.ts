import { hintFor } from '../../expressions/nearest.js';
import type { UndoPlan } from '../../model/audit-event.js';
import type { Json } from '../../model/json.js';
import type { Plan, PlanStep } from '../../model/plan.js';
import type { Problem } from '../../model/problem.js';
import type { InstanceState } from '../../state/instance-state.js';
import { siteAt } from '../../state/site.js';

export interface RestartFacts {
  /** Of the steps, by id, that count as completed in the new instance. */
  readonly outputs: Record<string, Json>;
  /** What these did, blocks and all in them included, and how it is undone, oldest first: the new instance's matter from now on. */
  readonly undo: { path: string; plan: UndoPlan }[];
}

/**
 * What a new instance takes over from an old one: the completed steps of the top list that are neither `from` nor behind it, in the old
 * definition or the new, and that the new one still has. Without `from` it takes over nothing. What was undone is not taken over.
 */
export function restartFacts(
  oldPlan: Plan,
  old: InstanceState,
  newPlan: Plan,
  from: string | undefined,
): RestartFacts | Problem[] {
  if (from === undefined) return { outputs: {}, undo: [] };
  if (!newPlan.scope.byId.has(from)) return [noStart(newPlan, from)];
  const redone = new Set([...behind(newPlan, from), ...behind(oldPlan, from)]);
  const outputs: Record<string, Json> = {};
  for (const { id } of newPlan.scope.steps) {
    const { status, output } = old.step(id);
    const isByHand = status === 'skipped' && output !== undefined;
    if (!redone.has(id) && (status === 'completed' || isByHand)) outputs[id] = output ?? null;
  }
  const isKept = (path: string): boolean => Object.hasOwn(outputs, path.split('/', 1)[0]!) && siteAt(newPlan, path) !== undefined;
  const undo = [...old.undo.keys()]
    .filter(isKept)
    .map((path) => ({ path, ...old.undo.get(path)! }))
    .sort((a, b) => a.seq - b.seq)
    .map(({ path, plan }) => ({ path, plan }));
  return { outputs, undo };
}

function noStart(plan: Plan, from: string): Problem {
  const [block] = from.split('/') as [string];
  const common = { severity: 'error', path: '/from' } as const;
  if (block !== from && plan.scope.byId.has(block)) {
    const message = `expected a step of the top list, but "${from}" is inside "${block}"`;
    return { ...common, code: 'NESTED_STEP', message, hint: `restart from "${block}": it runs again as a whole` };
  }
  const message = `expected a step of ${plan.name}@${plan.version}, but there is no "${from}"`;
  return {
    ...common,
    code: 'UNKNOWN_STEP',
    message,
    hint: hintFor(from, plan.scope.byId.keys(), 'see the steps of that version'),
  };
}

/** The step and all that needs it, directly or not. */
function behind(plan: Plan, id: string): Set<string> {
  const found = new Set<string>();
  const start = plan.scope.byId.get(id);
  const stack: PlanStep[] = start === undefined ? [] : [start];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (found.has(step.id)) continue;
    found.add(step.id);
    stack.push(...step.dependents.map((index) => plan.scope.steps[index]!));
  }
  return found;
}
