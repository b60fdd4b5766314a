import type { StepRead } from '../expressions/compile-template.js';
import type { PlanScope, PlanStep, RetryPolicy } from '../model/plan.js';
import type { Graph } from './graph.js';

/** What a template reads from other steps, and where it stands in the document. */
export interface Read extends Omit<StepRead, 'path'> {
  /** JSON Pointer into the document. */
  readonly path: string;
}

/** A step while its definition is being compiled: what its own fields say, before the graph is known. */
export interface StepDraft {
  readonly id: string;
  readonly index: number;
  /** JSON Pointer of the step. */
  readonly path: string;
  /** Ids and their pointers; absent = the step before. */
  readonly needs: readonly { readonly id: string; readonly path: string }[] | undefined;
  readonly join: 'all' | 'any' | number;
  readonly reads: readonly Read[];
  readonly needReads: readonly { readonly id: string; readonly path: string }[];
  /** Everything of the plan's step that depends neither on the graph nor on lists inside it. */
  readonly fixed: Omit<PlanStep, 'needs' | 'dependents' | 'required' | 'joinKind'>;
  /** `when: false` */
  readonly isNever: boolean;
  /** Its output may be null although it ended OK: no case fitted. */
  readonly mayBeEmpty: boolean;
  /** Lists of steps inside it. */
  readonly bodies: readonly ScopeDraft[];
  /** The part of the plan's step that holds these lists. */
  readonly block?: (scopeOf: (body: ScopeDraft) => PlanScope) => Partial<PlanStep>;
}

/** A list of steps while its definition is being compiled. */
export interface ScopeDraft {
  /** As `PlanScope.key`. */
  readonly key: string;
  readonly failFast: boolean;
  readonly graph: Graph;
  /** What is read when nothing in it is left to do: `until` of a repeat, the output of the definition. */
  readonly endReads: readonly Read[];
}

export interface Defaults {
  readonly retry: RetryPolicy;
}

/** Every list of steps of a definition, outer ones first. */
export function* scopesIn(scope: ScopeDraft): Generator<ScopeDraft> {
  yield scope;
  for (const draft of scope.graph.drafts) for (const body of draft.bodies) yield* scopesIn(body);
}

/** Every step of a definition, those of bodies too. */
export function* draftsIn(scope: ScopeDraft): Generator<StepDraft> {
  for (const { graph } of scopesIn(scope)) yield* graph.drafts;
}
