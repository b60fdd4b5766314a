import { hintFor } from '../expressions/nearest.js';
import type { PlanScope, PlanStep } from '../model/plan.js';
import type { ScopeDraft, StepDraft } from './draft.js';
import type { ProblemList } from './problem-list.js';
import { pointer } from '../json/bounds.js';

/** The steps of a scope and their edges, both ways; indices into `drafts`. */
export interface Graph {
  readonly drafts: readonly StepDraft[];
  readonly byId: ReadonlyMap<string, number>;
  readonly needs: readonly (readonly number[])[];
  readonly dependents: readonly (readonly number[])[];
  readonly required: readonly number[];
}

/** Resolves `needs` and `join`; unknown, repeated and own ids and cycles are problems. */
export function buildGraph(drafts: readonly StepDraft[], problems: ProblemList): Graph {
  const byId = indexIds(drafts, problems);
  const needs = drafts.map((draft, position) => resolveNeeds(draft, position, byId, problems));
  const dependents: number[][] = drafts.map(() => []);
  needs.forEach((own, position) => own.forEach((need) => dependents[need]?.push(position)));
  const required = drafts.map((draft, position) => requiredNeeds(draft, needs[position]?.length ?? 0, problems));
  const graph = { drafts, byId, needs, dependents, required };
  reportCycle(graph, problems);
  return graph;
}

function indexIds(drafts: readonly StepDraft[], problems: ProblemList): Map<string, number> {
  const byId = new Map<string, number>();
  drafts.forEach((draft, position) => {
    const first = byId.get(draft.id);
    if (first === undefined) byId.set(draft.id, position);
    else
      problems.error(
        'DUPLICATE_ID',
        pointer(draft.path, 'id'),
        `expected each id once, but "${draft.id}" is also the id of ${drafts[first]?.path}`,
        'Rename one of them',
      );
  });
  return byId;
}

function resolveNeeds(draft: StepDraft, position: number, byId: ReadonlyMap<string, number>, problems: ProblemList): number[] {
  if (draft.needs === undefined) return position === 0 ? [] : [position - 1];
  const found = new Set<number>();
  for (const { id, path } of draft.needs) {
    const need = byId.get(id);
    if (need === undefined)
      problems.error('UNKNOWN_STEP', path, `expected the id of a step of the same list, but was "${id.slice(0, 60)}"`, () =>
        hintFor(id, byId.keys(), 'Name a step of this list'),
      );
    else if (id === draft.id)
      problems.error(
        'SELF_NEED',
        path,
        `expected another step, but "${id}" needs itself`,
        'Remove it; to run again and again use repeat',
      );
    else if (found.has(need))
      problems.error('DUPLICATE_NEED', path, `expected each need once, but "${id}" is named again`, 'Remove one of them');
    else found.add(need);
  }
  return [...found];
}

function requiredNeeds(draft: StepDraft, needs: number, problems: ProblemList): number {
  if (draft.join === 'all') return needs;
  if (draft.join === 'any') return Math.min(1, needs);
  if (draft.join > needs) {
    const message = `expected "join" to be at most the number of needs, ${needs}, but was ${draft.join}`;
    problems.error('JOIN_INVALID', pointer(draft.path, 'join'), message, 'Lower it, or add needs');
  }
  return Math.min(draft.join, needs);
}

/** One cycle, by name; what remains of others shows when it is mended. Iterative: a chain may have 10,000 steps. */
function reportCycle(graph: Graph, problems: ProblemList): void {
  const sorted = new Set(topologicalOrder(graph));
  const isOpen = (position: number): boolean => !sorted.has(position);
  const start = graph.drafts.findIndex((_draft, position) => isOpen(position));
  if (start < 0) return;
  const seen = new Map<number, number>();
  const trail: number[] = [];
  let at = start;
  while (!seen.has(at)) {
    seen.set(at, trail.length);
    trail.push(at);
    at = graph.needs[at]?.find(isOpen) ?? at;
  }
  const cycle = trail.slice(seen.get(at));
  const ids = cycle.map((position) => graph.drafts[position]?.id ?? '');
  const shown = ids.length > 20 ? [...ids.slice(0, 10), '…', ...ids.slice(-9)] : ids;
  const first = graph.drafts[cycle[0] as number] as StepDraft;
  const path = first.needs === undefined ? first.path : pointer(first.path, 'needs');
  problems.error(
    'CYCLE',
    path,
    `expected steps that do not wait for one another, but ${[...shown, ids[0]].join(' needs ')}`,
    'Remove one of these needs; to go back use repeat',
  );
}

/** Kahn's algorithm: every step after its needs; steps on a cycle, or behind one, are left out. */
export function topologicalOrder(graph: Graph): number[] {
  const waiting = graph.needs.map((needs) => needs.length);
  const order = waiting.flatMap((count, position) => (count === 0 ? [position] : []));
  for (let next = 0; next < order.length; next++) {
    for (const dependent of graph.dependents[order[next] as number] ?? []) {
      waiting[dependent] = (waiting[dependent] as number) - 1;
      if (waiting[dependent] === 0) order.push(dependent);
    }
  }
  return order;
}

/** The list as the plan has it, and what is inside its blocks. */
export function planScope(draft: ScopeDraft, owner?: PlanStep, outer?: PlanScope): PlanScope {
  const { key, failFast, graph } = draft;
  const steps: PlanStep[] = [];
  const leaves: PlanStep[] = [];
  const byId = new Map<string, PlanStep>();
  const scope: PlanScope = { key, failFast, steps, byId, leaves, ...(owner && { owner }), ...(outer && { outer }) };
  graph.drafts.forEach((own, position) => {
    const step = planStep(graph, own, position);
    // A body names the block it belongs to, and the block its bodies.
    Object.assign(
      step,
      own.block?.((body) => planScope(body, step, scope)),
    );
    steps.push(step);
    byId.set(step.id, step);
    if (step.dependents.length === 0) leaves.push(step);
  });
  return scope;
}

const planStep = (graph: Graph, draft: StepDraft, position: number): PlanStep => ({
  ...draft.fixed,
  needs: graph.needs[position] ?? [],
  dependents: graph.dependents[position] ?? [],
  required: graph.required[position] ?? 0,
  joinKind: typeof draft.join === 'number' ? 'count' : draft.join,
});
