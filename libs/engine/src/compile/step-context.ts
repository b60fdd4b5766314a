import type { RootRules } from '../expressions/reads.js';
import type { RootName } from '../expressions/template.js';
import type { Json } from '../model/json.js';
import type { PlanStep, StepType } from '../model/plan.js';
import type { Defaults, ScopeDraft, StepDraft } from './draft.js';
import type { Fields } from './fields.js';
import type { ProblemList } from './problem-list.js';
import type { TemplateReader } from './template-reader.js';

/** What holds for a whole definition while it is read. */
export interface DocumentContext {
  readonly problems: ProblemList;
  readonly defaults: Defaults;
  readonly failFast: boolean;
  /** Steps read so far, in all lists. */
  steps: number;
}

/** What surrounds a list of steps. */
export interface Surroundings {
  readonly document: DocumentContext;
  /** What the expressions of its steps may read. */
  readonly rules: RootRules;
  /** Blocks around it. */
  readonly depth: number;
  /** Characters of the paths of its steps before their ids. */
  readonly pathLength: number;
}

export interface BodyOptions {
  /** Roots that exist only inside. */
  readonly roots?: readonly RootName[];
  /** Name given with `as`. */
  readonly name?: string | undefined;
  readonly failFast?: boolean;
  readonly endReads?: ScopeDraft['endReads'];
}

/** A step being read, for the reader of its type. */
export interface StepContext {
  readonly id: string;
  readonly type: StepType;
  readonly fields: Fields;
  readonly reader: TemplateReader;
  /** What its own expressions may read. */
  readonly rules: RootRules;
  /** Reads a list of steps inside it; an absent one is empty. */
  readonly body: (value: Json | undefined, path: string, key: string, options?: BodyOptions) => ScopeDraft;
}

/** What the fields of a type say. */
export interface TypeFields {
  readonly fixed?: Partial<PlanStep>;
  readonly bodies?: readonly ScopeDraft[];
  readonly block?: StepDraft['block'];
  readonly mayBeEmpty?: boolean;
}

/** Without the members that are undefined, so that plans compare and serialise cleanly. */
export function optional<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
