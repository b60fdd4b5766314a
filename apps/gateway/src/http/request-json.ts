import { storableFaults } from '#libs/engine';
import { ApiProblem, fault } from './api-problem.js';
import { boundsFault, maxDepth, maxKeys } from './body-bounds.js';
import { parseJson } from './json-text.js';

/**
 * JSON of a request, of HTTP or AMQP: well-formed, bounded, and storable as it is.
 * @param isBatch keys are counted in each item of `instances`, not in all of them
 * @throws ApiProblem BODY_INVALID, BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, VALUE_NOT_STORABLE
 */
export function parseRequestJson(text: string, isBatch = false): unknown {
  const parsed = parseJson(text);
  if ('fault' in parsed) {
    const { line, column, reason } = parsed.fault;
    throw new ApiProblem('BODY_INVALID', `expected JSON, but line ${line}, column ${column} is not: ${reason}`, {
      errors: [{ ...fault('JSON_INVALID', '', reason), line, column }],
    });
  }
  const { value } = parsed;
  const items = isBatch ? (value as { instances?: unknown } | null)?.instances : undefined;
  if (Array.isArray(items)) items.forEach((item) => requireBounds(item));
  else requireBounds(value);
  requireStorable(value);
  return value;
}

/**
 * A value that did not come as JSON (a form, a text), held to the same rules.
 * @throws ApiProblem BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, VALUE_NOT_STORABLE
 */
export function requireKeepable<T>(value: T): T {
  requireBounds(value);
  requireStorable(value);
  return value;
}

function requireBounds(value: unknown): void {
  const found = boundsFault(value);
  if (found === undefined) return;
  if (found.kind === 'depth')
    throw new ApiProblem('BODY_TOO_DEEP', `expected at most ${maxDepth} levels, but the body is deeper`);
  if (found.kind === 'keys')
    throw new ApiProblem('BODY_TOO_MANY_KEYS', `expected at most ${maxKeys} keys, but the body has more`);
  throw new ApiProblem('VALUE_NOT_STORABLE', `expected other keys than "${found.key}", which would reach into prototypes`, {
    errors: [fault('KEY_FORBIDDEN', found.path, `expected another key than "${found.key}"`, 'rename the key')],
  });
}

function requireStorable(value: unknown): void {
  const faults = storableFaults(value);
  if (faults.length === 0) return;
  throw new ApiProblem(
    'VALUE_NOT_STORABLE',
    `expected values that can be kept as they are, but ${faults.length} cannot: ${faults[0]?.message ?? ''}`,
    {
      errors: faults.map(({ path, message }) => fault('VALUE_NOT_STORABLE', path, message)),
    },
  );
}
