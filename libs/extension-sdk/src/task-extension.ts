import { type ErrorObject, Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { defineTask, type StandardSchema, type TaskContext, type TaskContract } from '#libs/worker-sdk';

/** A JSON Schema, or a schema of zod, valibot, arktype …. */
export type AnySchema = StandardSchema | Readonly<Record<string, unknown>>;

/** A task that workers serve beside the built-in ones. */
export interface TaskExtension {
  /** As definitions write it, e.g. `sql.query`. */
  readonly name: string;
  readonly description?: string;
  /** Checked before it runs: a violation fails the attempt as `INPUT_INVALID`, not retryable. */
  readonly input?: AnySchema;
  /** Checked after it ran: a violation fails the attempt as `OUTPUT_INVALID`. */
  readonly output?: AnySchema;
  /** Codes it may fail with. */
  readonly errors?: readonly string[];
  /** Lane of task work; default `default`. */
  readonly queue?: string;
  /** Attempts at once in one worker. */
  readonly concurrency?: number;
  /**
   * Runs one attempt. May run more than once for a step: pass `context.idempotencyKey` on. Fails with `context.fail(code, message)` or
   * `context.retryableFailure(code, message)`; stops when `context.signal` is aborted.
   * @returns JSON
   */
  run(input: never, context: TaskContext): unknown;
}

/** The contract of a task as the worker knows it. @throws Error for a JSON Schema that does not compile */
export const contractOf = ({ name, description, input, output, errors }: TaskExtension): TaskContract =>
  defineTask(name, {
    ...(description !== undefined && { description }),
    ...(input !== undefined && { input: standardSchema(input) }),
    ...(output !== undefined && { output: standardSchema(output) }),
    ...(errors !== undefined && { errors }),
  });

/** @throws Error */
function standardSchema(schema: AnySchema): StandardSchema {
  if ('~standard' in schema) return schema as StandardSchema;
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  return {
    '~standard': {
      version: 1,
      vendor: 'json-schema',
      validate: (value) => (validate(value) ? { value } : { issues: (validate.errors ?? []).map(issueOf) }),
    },
  };
}

const issueOf = ({ instancePath, message = 'does not fit' }: ErrorObject) => ({
  message,
  path: instancePath.split('/').slice(1),
});
