import type { Json, JsonObject } from '../model/json.js';

export type RootName =
  | 'input'
  | 'ctx'
  | 'steps'
  | 'needs'
  | 'item'
  | 'index'
  | 'last'
  | 'scheduledAt'
  | 'instance'
  | 'event'
  | 'error'
  | 'output'
  | 'now';

/** What `steps.<id>` shows. */
export interface StepFacts {
  readonly output: Json;
  readonly error: Json;
  readonly status: string;
  readonly taken?: Json;
  readonly counts?: Json;
}

/**
 * The values an expression may read. Every member is a function so that only what `reads` names is computed;
 * an absent member means the root does not exist there (reading it fails with EXPRESSION_FAILED).
 */
export interface EvaluationScope {
  readonly input?: () => Json;
  readonly ctx?: () => JsonObject;
  /** Facts of one step by id; asked only for the ids in `reads.steps`. */
  readonly steps?: (id: string) => StepFacts;
  readonly needs?: () => JsonObject;
  readonly item?: () => Json;
  /** What an `as` name of an enclosing forEach (the item) or catch (the error) stands for: the innermost of that name. */
  readonly named?: (name: string) => Json;
  readonly index?: () => number;
  readonly last?: () => Json;
  readonly scheduledAt?: () => string;
  readonly instance?: () => JsonObject;
  readonly event?: () => Json;
  readonly error?: () => Json;
  readonly output?: () => Json;
  /** Epoch ms; shown to expressions as a timestamp. */
  readonly now?: () => number;
}

/** A JSON value with `${…}` in it, compiled once. */
export interface Template {
  /** The value as written. */
  readonly source: Json;
  /** True when nothing in it is an expression: `evaluate` returns the (unescaped) literal. */
  readonly isLiteral: boolean;
  readonly roots: ReadonlySet<RootName>;
  /** `as` names of enclosing bodies that it reads. */
  readonly names: ReadonlySet<string>;
  /** Ids read through `steps.<id>` or `steps["<id>"]`. */
  readonly steps: ReadonlySet<string>;
  /** @throws ExpressionError with code EXPRESSION_FAILED (also for the cost bound and wrong result types) */
  evaluate(scope: EvaluationScope): Json;
}
