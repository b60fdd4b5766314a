/** The part of Standard Schema v1 that is used here; zod, valibot, arktype … implement it. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What callers and handlers of a task agree on. `name` is what a definition's `task` says. */
export interface TaskContract<Input = unknown, Output = unknown> {
  readonly name: string;
  /** Checked before the handler: a violation fails the attempt as `INPUT_INVALID`, not retryable. */
  readonly input?: StandardSchema<unknown, Input>;
  /** Checked after the handler: a violation fails the attempt as `OUTPUT_INVALID`, not retryable. */
  readonly output?: StandardSchema<unknown, Output>;
  /** Codes the handler may fail with, for documentation and for `catch` in definitions. */
  readonly errors?: readonly string[];
  /** Shown in the documentation of the task. */
  readonly description?: string;
}

export type InputOf<C> = C extends TaskContract<infer Input, unknown> ? Input : never;
export type OutputOf<C> = C extends TaskContract<never, infer Output> | TaskContract<infer _I, infer Output> ? Output : never;

/** Declares a task's contract. @param name as definitions write it */
export function defineTask<Input = unknown, Output = unknown>(
  name: string,
  rest: Omit<TaskContract<Input, Output>, 'name'> = {},
): TaskContract<Input, Output> {
  return Object.freeze({ name, ...rest });
}
