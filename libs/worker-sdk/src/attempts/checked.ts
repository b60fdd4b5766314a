import type { StandardSchema } from '../handlers/task-contract.js';
import { TaskFailure } from '../handlers/task-failure.js';
import { whenKnown } from './when-known.js';

type ContractCode = 'INPUT_INVALID' | 'OUTPUT_INVALID';

/** What the schema made of the value, or the promise of it; a violation is a failure that no retry mends. */
export const checked = (schema: StandardSchema | undefined, value: unknown, code: ContractCode): unknown =>
  schema === undefined
    ? value
    : whenKnown(schema['~standard'].validate(value), (result) => accepted(result as SchemaResult, code));

type SchemaResult = Awaited<ReturnType<StandardSchema['~standard']['validate']>>;

function accepted(result: SchemaResult, code: ContractCode): unknown {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.slice(0, 20).map(({ message, path }) => ({ path: pointerOf(path), message }));
  const first = issues[0];
  const what = code === 'INPUT_INVALID' ? 'an input' : 'an output';
  throw new TaskFailure(
    code,
    `expected ${what} as the task's contract says, but ${first?.path || 'it'}: ${first?.message}`,
    issues,
  );
}

const pointerOf = (path: readonly (PropertyKey | { readonly key: PropertyKey })[] = []): string =>
  path.map((part) => `/${String(typeof part === 'object' ? part.key : part)}`).join('');
