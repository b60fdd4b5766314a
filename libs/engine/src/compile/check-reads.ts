import { hintFor } from '../expressions/nearest.js';
import { Ancestors } from './ancestors.js';
import type { Read, StepDraft } from './draft.js';
import type { Graph } from './graph.js';
import type { ProblemList } from './problem-list.js';

/** Checks what the expressions of every step read from other steps: a step sees its ancestors only. */
export function checkStepReads(graph: Graph, problems: ProblemList): void {
  const ancestors = graph.drafts.some((draft) => draft.reads.length > 0) ? new Ancestors(graph) : undefined;
  graph.drafts.forEach((draft, position) => {
    checkNeedReads(graph, draft, position, problems);
    for (const read of draft.reads) if (ancestors) checkRead(graph, read, position, ancestors, problems);
  });
}

function checkNeedReads(graph: Graph, draft: StepDraft, position: number, problems: ProblemList): void {
  if (draft.needReads.length === 0) return;
  const ids = (graph.needs[position] ?? []).map((need) => graph.drafts[need]?.id ?? '');
  for (const { id, path } of draft.needReads) {
    if (ids.includes(id)) continue;
    const hint = graph.byId.has(id)
      ? `Add "${id}" to needs, or read steps["${id}"].output if it is an ancestor`
      : hintFor(id, ids, `The needs are ${ids.slice(0, 10).join(', ') || 'none'}`);
    problems.error('UNKNOWN_NEED', path, `expected one of the step's needs, but was "${id.slice(0, 60)}"`, hint);
  }
}

function checkRead(graph: Graph, read: Read, position: number, ancestors: Ancestors, problems: ProblemList): void {
  const target = graph.byId.get(read.id);
  if (target === undefined) return unknownStep(graph, read, problems);
  if (!ancestors.isOrdered(position)) return;
  if (!ancestors.has(position, target)) return race(graph.drafts[position]?.id ?? '', read, problems);
  if (read.isGuarded || (ancestors.isSure(position, target) && !mayHaveNoOutput(graph.drafts[target]))) return;
  maybeMissing(read, problems);
}

function race(reader: string, read: Read, problems: ProblemList): void {
  const hint = read.id === reader ? 'In its own "output" a step reads output' : `Add "${read.id}" to needs`;
  const message = `expected a step that has ended before "${reader}" starts, but "${read.id}" may not have`;
  problems.error('RACE', read.path, message, hint);
}

/** Checks the output of the definition: evaluated when nothing is left, so there are no races. */
export function checkOutputReads(graph: Graph, reads: readonly Read[], problems: ProblemList): void {
  const absorbed = new Set(
    graph.needs.flatMap((needs, position) => ((graph.required[position] ?? 0) < needs.length ? needs : [])),
  );
  for (const read of reads) {
    const target = graph.byId.get(read.id);
    if (target === undefined) unknownStep(graph, read, problems);
    else if (!read.isGuarded && (absorbed.has(target) || mayHaveNoOutput(graph.drafts[target]))) maybeMissing(read, problems);
  }
}

function unknownStep(graph: Graph, read: Read, problems: ProblemList): void {
  const dashed = [...graph.byId.keys()].find((id) => id.startsWith(`${read.id}-`) || id.startsWith(`${read.id}.`));
  const hint =
    dashed === undefined
      ? hintFor(read.id, graph.byId.keys(), 'Name a step of this list')
      : `An id with "-" or "." is read in brackets: steps["${dashed}"]`;
  problems.error('UNKNOWN_STEP', read.path, `expected the id of a step, but was "${read.id.slice(0, 60)}"`, hint);
}

function maybeMissing(read: Read, problems: ProblemList): void {
  const path = /^[A-Za-z_]\w*$/.test(read.id) ? `steps.${read.id}` : `steps["${read.id}"]`;
  const message = `expected an output that is always there, but "${read.id}" may be skipped, fail or not have run`;
  problems.warning(
    'OUTPUT_MAY_BE_MISSING',
    read.path,
    message,
    `Say what to take then: ${path}.?output.?<field>.orValue(…), or test has(…)`,
  );
}

/** Skipped by its own condition, or allowed to fail: ended OK, but with the output null. */
const mayHaveNoOutput = (draft: StepDraft | undefined): boolean =>
  draft !== undefined && (draft.fixed.when !== undefined || draft.fixed.allowFailure || draft.fixed.runOn === 'failure');
