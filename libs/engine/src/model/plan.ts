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

export type StepType = 'task' | 'set' | 'fail' | 'complete';
export type RunOn = 'success' | 'failure' | 'always';
export type OnCancel = 'abandon' | 'request' | 'wait';

/** Validates a value against a user's JSON Schema; [] = valid. `path` is a JSON Pointer into the value. */
export type SchemaCheck = (value: Json) => { path: string; message: string }[];

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
  /** One attempt, from the handler's start. */
  readonly timeoutMs: number;
  readonly totalTimeoutMs?: number;
  readonly queueTimeoutMs?: number;
  readonly heartbeatMs?: number;
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
}

export interface PlanScope {
  readonly steps: readonly PlanStep[];
  readonly byId: ReadonlyMap<string, PlanStep>;
  /** Steps no other step needs, in definition order: the default instance output. */
  readonly leaves: readonly PlanStep[];
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
  readonly timeout?: { readonly afterMs: number; readonly then: 'fail' | 'alert' };
  readonly failFast: boolean;
  readonly queue: string;
  readonly priority: number;
  readonly scope: PlanScope;
  /** Tasks named literally by the definition, sorted. */
  readonly tasks: readonly string[];
}
