import type { Json, Plan } from '#libs/engine';
import { ApiProblem, fault } from '../http/api-problem.js';

/** @throws ApiProblem INPUT_INVALID with the place, the rule and the value of every fault */
export function requireInput({ name, version, checkInput }: Plan, input: Json): void {
  const errors = (checkInput?.(input) ?? []).map(({ path, message }) =>
    fault('INPUT_INVALID', `/input${path}`, `${message}, but ${found(input, path)}`),
  );
  const [first] = errors;
  if (first === undefined) return;
  throw new ApiProblem(
    'INPUT_INVALID',
    `expected an input that fits the schema of ${name}@${version}; at ${first.path}: ${first.message}`,
    { errors },
  );
}

/** What is at a JSON Pointer, short: it may be a megabyte. */
function found(input: Json, pointer: string): string {
  let value: unknown = input;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
  }
  if (value === undefined) return 'there was nothing';
  const text = JSON.stringify(value);
  return `was ${text.length > 80 ? `${text.slice(0, 77)}…` : text}`;
}
