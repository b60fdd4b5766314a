import { hintFor, nearest } from '../expressions/nearest.js';
import { Ancestors } from './ancestors.js';
import type { Read, ScopeDraft, StepDraft } from './draft.js';
import type { Graph } from './graph.js';
import type { ProblemList } from './problem-list.js';

/** Where a reader stands: in a list, at (or, without a position, after) a step of it; and the list around it. */
interface Place {
  readonly list: List;
  readonly position?: number;
  readonly outer?: Place | undefined;
}

/** The order of a list is worked out only when something reads in it. */
class List {
  private known?: Ancestors;

  constructor(readonly graph: Graph) {}

  get ancestors(): Ancestors {
    return (this.known ??= new Ancestors(this.graph));
  }
}

/**
 * Checks what the expressions of every step read from other steps: a step sees its ancestors in its own list and in all lists around
 * it, never the inside of another block. Of two steps with the same id the inner one is meant.
 */
export function checkReads(top: ScopeDraft, problems: ProblemList): void {
  new ReadCheck(top, problems).scope(top, undefined);
}

class ReadCheck {
  private owners: Map<string, StepDraft[]> | undefined;

  constructor(
    private readonly top: ScopeDraft,
    private readonly problems: ProblemList,
  ) {}

  scope(scope: ScopeDraft, outer: Place | undefined): void {
    const list = new List(scope.graph);
    scope.graph.drafts.forEach((draft, position) => {
      const place = { list, position, outer };
      this.needReads(scope.graph, draft, position);
      for (const read of draft.reads) this.read(read, place);
      for (const body of draft.bodies) this.scope(body, place);
    });
    for (const read of scope.endReads) this.read(read, { list, outer });
  }

  private needReads(graph: Graph, draft: StepDraft, position: number): void {
    if (draft.needReads.length === 0) return;
    const ids = (graph.needs[position] ?? []).map((need) => graph.drafts[need]?.id ?? '');
    for (const { id, path } of draft.needReads) {
      if (ids.includes(id)) continue;
      const hint = (): string =>
        graph.byId.has(id)
          ? `Add "${id}" to needs, or read steps["${id}"].output if it is an ancestor`
          : hintFor(id, ids, `The needs are ${ids.slice(0, 10).join(', ') || 'none'}`);
      this.problems.error('UNKNOWN_NEED', path, `expected one of the step's needs, but was "${id.slice(0, 60)}"`, hint);
    }
  }

  private read(read: Read, from: Place): void {
    for (let place: Place | undefined = from; place; place = place.outer) {
      const target = place.list.graph.byId.get(read.id);
      if (target === undefined) continue;
      if (place.position === undefined) this.readAtEnd(read, place.list.graph, target);
      else this.readAt(read, place.list, place.position, target, place !== from);
      return;
    }
    this.unknown(read, from);
  }

  private readAt(read: Read, { graph, ancestors }: List, position: number, target: number, isInside: boolean): void {
    if (!ancestors.isOrdered(position)) return;
    if (!ancestors.has(position, target)) return this.race(graph.drafts[position]?.id ?? '', read, isInside);
    if (read.isGuarded || (ancestors.isSure(position, target) && !mayHaveNoOutput(graph.drafts[target]))) return;
    this.maybeMissing(read);
  }

  /** Looked at when nothing is left: there are no races. */
  private readAtEnd(read: Read, graph: Graph, target: number): void {
    const isAbsorbed = (graph.dependents[target] ?? []).some(
      (dependent) => (graph.required[dependent] ?? 0) < (graph.needs[dependent]?.length ?? 0),
    );
    if (!read.isGuarded && (isAbsorbed || mayHaveNoOutput(graph.drafts[target]))) this.maybeMissing(read);
  }

  private race(reader: string, read: Read, isInside: boolean): void {
    const isOwn = read.id === reader;
    const own = isInside ? `"${reader}" is the block around this step: it ends later` : 'In its own "output" a step reads output';
    const message = `expected a step that has ended before "${reader}" starts, but "${read.id}" may not have`;
    this.problems.error('RACE', read.path, message, isOwn ? own : `Add "${read.id}" to needs of "${reader}"`);
  }

  private unknown(read: Read, from: Place): void {
    const block = this.blockWith(read.id, from);
    if (block !== undefined) {
      const message = `expected a step of this list or of one around it, but "${read.id}" is inside the block "${block.id}"`;
      const hint = block.isAround
        ? `Each list of steps in "${block.id}" sees itself and what is around the block, not the other lists`
        : `Outside of a block only its output is seen: ${pathOf(block.id)}.output`;
      return this.problems.error('INSIDE_BLOCK', read.path, message, hint);
    }
    const message = `expected the id of a step, but was "${read.id.slice(0, 60)}"`;
    this.problems.error('UNKNOWN_STEP', read.path, message, () => hintForStep(read.id, from));
  }

  /** The outermost block that holds a step of this id and does not hold the reader; else the innermost: the reader is in another list of it. */
  private blockWith(id: string, from: Place): { id: string; isAround: boolean } | undefined {
    const chain = (this.owners ??= ownersById(this.top)).get(id);
    const around = new Set<StepDraft | undefined>();
    for (let place: Place | undefined = from; place; place = place.outer)
      if (place.position !== undefined && place !== from) around.add(place.list.graph.drafts[place.position]);
    const other = chain?.find((block) => !around.has(block));
    const nearest = other ?? chain?.at(-1);
    return nearest && { id: nearest.id, isAround: other === undefined };
  }

  private maybeMissing(read: Read): void {
    this.problems.warning(
      'OUTPUT_MAY_BE_MISSING',
      read.path,
      `expected an output that is always there, but "${read.id}" may be skipped, fail or not have run`,
      `Say what to take then: ${pathOf(read.id)}.?output.?<field>.orValue(…), or test has(…)`,
    );
  }
}

const pathOf = (id: string): string => (/^[A-Za-z_]\w*$/.test(id) ? `steps.${id}` : `steps["${id}"]`);

function hintForStep(id: string, from: Place): string {
  const [dashed, dotted] = [`${id}-`, `${id}.`];
  let near: string | undefined;
  for (let place: Place | undefined = from; place; place = place.outer) {
    const ids = place.list.graph.byId;
    for (const other of ids.keys())
      if (other.startsWith(dashed) || other.startsWith(dotted))
        return `An id with "-" or "." is read in brackets: steps["${other}"]`;
    near ??= nearest(id, ids.keys());
  }
  return near === undefined ? 'Name a step of this list, or of one around it' : `Did you mean "${near}"?`;
}

/** The blocks around the first step of each id that is not in the document's own list, outer ones first. */
function ownersById(top: ScopeDraft): Map<string, StepDraft[]> {
  const owners = new Map<string, StepDraft[]>();
  const visit = (scope: ScopeDraft, around: StepDraft[]): void => {
    for (const draft of scope.graph.drafts) {
      if (around.length > 0 && !owners.has(draft.id)) owners.set(draft.id, around);
      for (const body of draft.bodies) visit(body, [...around, draft]);
    }
  };
  visit(top, []);
  return owners;
}

/** Skipped by its own condition, or allowed to fail, or a block of which nothing was run: ended OK, but with the output null. */
const mayHaveNoOutput = (draft: StepDraft | undefined): boolean =>
  draft !== undefined &&
  (draft.mayBeEmpty || draft.fixed.when !== undefined || draft.fixed.allowFailure || draft.fixed.runOn === 'failure');
