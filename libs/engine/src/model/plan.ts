import type { Template } from '../expressions/template.js';
import type { Json } from './json.js';

export interface RetryPolicy {
  /** Attempts in all, ≥ 1; 1 = never again. */
  readonly maxAttempts: number;
  readonly backoff: 'exponential' | 'linear' | 'constant';
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  /** Share in [0, 1]. */
  readonly jitter: number;
  readonly nonRetryable: readonly string[];
  /** Total time over all attempts, from the first scheduling. */
  readonly withinMs?: number;
}

export type StepType =
  | 'task'
  | 'sleep'
  | 'event'
  | 'ask'
  | 'branch'
  | 'parallel'
  | 'forEach'
  | 'repeat'
  | 'workflow'
  | 'try'
  | 'lock'
  | 'set'
  | 'emit'
  | 'fail'
  | 'complete'
  | 'again';
export type RunOn = 'success' | 'failure' | 'always';
export type OnCancel = 'abandon' | 'request' | 'wait';

/** Validates a value against a user's JSON Schema; [] = valid. `path` is a JSON Pointer into the value. */
export type SchemaCheck = (value: Json) => { path: string; message: string }[];

/** Milliseconds, or an expression that yields a duration (`30s`, ISO 8601) or milliseconds. */
export type Duration = number | Template;

/** A whole number, or an expression that yields one. */
export type Count = number | Template;

/** Of a block: whether a failed part fails it at once, or is collected beside the others. */
export type OnError = 'failFast' | 'collect';
/** How many parts must come through. */
export type PartJoin = 'all' | 'any' | number;

export interface SleepPlan {
  readonly for?: Duration;
  /** Yields a time: ISO 8601, a timestamp, or epoch ms. Past = at once. */
  readonly until?: Template;
}

export interface EventPlan {
  /** Yields a list of names. */
  readonly names: Template;
  readonly match: 'any' | 'all';
  /** Yields the key under which events by key reach this wait. */
  readonly correlate?: Template;
  /** Sees `event {name, payload, id, at}`. */
  readonly filter?: Template;
  readonly checkPayload?: SchemaCheck;
  readonly early: 'keep' | 'drop';
  readonly timeoutValue?: Template;
}

export interface AskPlan {
  readonly kind: 'approval' | 'choice' | 'text' | 'form';
  /** Default: the step's id. */
  readonly name?: Template;
  readonly prompt?: Template;
  /** Yields a list of texts; for `choice`. */
  readonly choices?: Template;
  readonly form?: { readonly schema: Json; readonly check: SchemaCheck };
  /** Yields a list of names. */
  readonly assignees?: Template;
  /** Yields a duration from now, or a time. */
  readonly due?: Duration;
  readonly timeoutValue?: Template;
}

export interface BranchCase {
  readonly id: string;
  /** Yields the value, or (with `isList`) the list of values, that `on` is compared with: type and value must be equal. */
  readonly is?: Template;
  readonly isList?: boolean;
  readonly if?: Template;
  readonly scope: PlanScope;
}

export interface BranchPlan {
  readonly on?: Template;
  readonly cases: readonly BranchCase[];
  readonly default?: PlanScope;
  readonly match: 'first' | 'all';
}

export interface ParallelPlan {
  readonly branches: readonly PlanScope[];
  readonly onError: OnError;
  readonly join: PartJoin;
  readonly cancelRest: boolean;
}

export interface ForEachPlan {
  readonly items: Template;
  /** Name of the item in expressions beside `item`. */
  readonly as?: string;
  /** Yields items at the same time, ≥ 1; absent: unlimited. */
  readonly concurrency?: Template;
  readonly scope: PlanScope;
  readonly onError: OnError;
  /** Failures that do not fail the block; absent: 0 with failFast, unlimited with collect. */
  readonly tolerate?: { readonly count: number } | { readonly percent: number } | { readonly computed: Template };
  readonly join: PartJoin;
  readonly cancelRest: boolean;
  readonly keep: 'all' | 'failed' | 'none';
}

export interface RepeatPlan {
  /** Looked at before a round; sees `last`, `index` (of the round to come). */
  readonly while?: Template;
  /** Looked at after a round; sees `last`, `index` (of the round that ended) and the round's `steps`. */
  readonly until?: Template;
  /** Rounds at most; the next one fails with MAX_ITERATIONS. */
  readonly maxIterations: Count;
  readonly delay?: Duration;
  readonly scope: PlanScope;
  /** Outputs of the last n rounds as a list; absent: the last round's output itself. */
  readonly keep?: Count;
}

export interface WorkflowPlan {
  readonly workflow: Template;
  readonly version?: Template;
  /** Absent: the child receives `ctx`. */
  readonly input?: Template;
  readonly key?: Template;
  readonly detached: boolean;
  readonly onParentClose: 'cancel' | 'abandon';
}

export interface CatchPlan {
  /** Absent: every code. */
  readonly codes?: readonly string[];
  /** Sees `error`. */
  readonly when?: Template;
  /** Name of the error in expressions beside `error`. */
  readonly as?: string;
  readonly scope: PlanScope;
  readonly compensate: boolean;
}

export interface TryPlan {
  readonly scope: PlanScope;
  readonly catches: readonly CatchPlan[];
  readonly finally?: PlanScope;
}

export interface LockPlan {
  readonly key: Template;
  /** Holders at the same time, ≥ 1. */
  readonly limit: Count;
  readonly scope: PlanScope;
}

export interface EmitPlan {
  /** Exactly one of `key` and `instance`. */
  readonly event?: {
    readonly name: Template;
    readonly key?: Template;
    readonly instance?: Template;
    readonly payload?: Template;
  };
  /** Yields `{exchange, routingKey, headers, body}`. */
  readonly message?: Template;
}

export interface PlanStep {
  readonly id: string;
  /** Position in its scope; also the order in which outputs merge into `ctx`. */
  readonly index: number;
  readonly type: StepType;
  readonly title?: string;
  readonly description?: string;
  /** Indices into `PlanScope.steps`. */
  readonly needs: readonly number[];
  readonly dependents: readonly number[];
  /** How many needs must end OK; `all` = needs.length. Meaningful for `runOn: success` only. */
  readonly required: number;
  readonly joinKind: 'all' | 'any' | 'count';
  readonly runOn: RunOn;
  readonly cancelRest: boolean;
  readonly allowFailure: boolean;
  /** Key under which the output enters `ctx`; undefined = merge its keys; false = keep it out. */
  readonly as?: string | false;
  readonly when?: Template;
  /** Reshapes the output; sees `output`. */
  readonly output?: Template;

  // task
  readonly task?: Template;
  readonly input?: Template;
  readonly queue?: Template;
  readonly priority?: Template;
  readonly retry: RetryPolicy;
  /** Tasks: one attempt, from the handler's start (default 10 minutes). Waits and blocks: from entering; absent = none. */
  readonly timeout?: Duration;
  readonly totalTimeout?: Duration;
  readonly queueTimeout?: Duration;
  readonly heartbeat?: Duration;
  /** Which worker it may run on; see `Placement`. */
  readonly affinity?: Template;
  readonly requires?: Readonly<Record<string, Template>>;
  readonly slots?: number;
  readonly effect: 'atLeastOnce' | 'atMostOnce';
  readonly onCancel: OnCancel;
  /** Runs only after the orchestrator granted a claim (ARCHITECTURE §4, attempts and claims). */
  readonly isClaimed: boolean;

  // set
  readonly values?: Template;
  readonly tags?: Readonly<Record<string, Template>>;
  // fail
  readonly code?: Template;
  readonly message?: Template;
  readonly details?: Template;
  // complete: `output` above is its result

  // one of these for the type of the same name
  readonly sleep?: SleepPlan;
  readonly event?: EventPlan;
  readonly ask?: AskPlan;
  readonly branch?: BranchPlan;
  readonly parallel?: ParallelPlan;
  readonly forEach?: ForEachPlan;
  readonly repeat?: RepeatPlan;
  readonly workflow?: WorkflowPlan;
  readonly try?: TryPlan;
  readonly lock?: LockPlan;
  readonly emit?: EmitPlan;
  readonly again?: { readonly input?: Template };

  /**
   * The step that undoes this one: a `task` with the id `~undo`, reached by the path `<path>/~undo`. Its templates see `output` beside what
   * the step sees.
   */
  readonly undo?: PlanStep;
}

/** A list of steps: the document's own, or one body of a block. */
export interface PlanScope {
  /**
   * Name of the body under its block: '' of the document; id of a case or `default`; name of a branch; `body` of try and lock;
   * `catch-<n>` (from 0), `finally`; of forEach and repeat '#', for which a number from 0 stands in a path.
   */
  readonly key: string;
  /** The block it belongs to; absent: the document's own. */
  readonly owner?: PlanStep;
  /** The list that holds `owner`. */
  readonly outer?: PlanScope;
  /** Its first failure cancels what is open in it: with `failFast` of the document, and in the body of a try. */
  readonly failFast: boolean;
  readonly steps: readonly PlanStep[];
  readonly byId: ReadonlyMap<string, PlanStep>;
  /** Steps no other step needs, in definition order: the default instance output. */
  readonly leaves: readonly PlanStep[];
}

/** What an instance may have to be granted before its steps begin: a place among those that run, and a permit to start. */
export type LimitKind = 'concurrency' | 'rate';

export interface ConcurrencyPlan {
  /** Instances of the same key share the limit; absent: all of the definition. */
  readonly key?: Template;
  /** Instances at the same time, ≥ 1. */
  readonly limit: number;
  readonly onLimit: OnLimit;
}

/** What becomes of one more: it waits, it fails, or the oldest goes. */
export type OnLimit = 'queue' | 'reject' | 'cancelOldest';

export interface RatePlan {
  readonly key?: Template;
  /** Starts at most in any window of `windowMs`, ≥ 1. */
  readonly limit: number;
  readonly windowMs: number;
}

/** What `compile` makes of a definition; immutable, shared by all instances of that version. */
export interface Plan {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly summary?: Template;
  readonly labels: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, Template>>;
  readonly checkInput?: SchemaCheck;
  readonly output?: Template;
  readonly timeout?: { readonly after: Duration; readonly then: 'fail' | 'alert' };
  readonly failFast: boolean;
  readonly compensation: {
    readonly on: ReadonlySet<'failure' | 'timeout' | 'cancel'>;
    readonly order: 'reverse' | 'parallel';
    readonly onFailure: 'continue' | 'stop';
  };
  readonly queue: string;
  /** Absent: that of the queue. */
  readonly priority: number | undefined;
  readonly concurrency?: ConcurrencyPlan;
  readonly rate?: RatePlan;
  readonly scope: PlanScope;
  /** Tasks named literally by the definition, sorted; those of nested steps and compensations too. */
  readonly tasks: readonly string[];
  /** Definitions named literally by its `workflow` steps, sorted. */
  readonly children: readonly { readonly workflow: string; readonly version?: string }[];
}
