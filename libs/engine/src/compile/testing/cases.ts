import type { Json, JsonObject } from '../../model/json.js';
import type { Problem } from '../../model/problem.js';
import { compile } from '../compile.js';

/** Small definitions for tests, and what is expected of them. */

const base = { name: 'order.process', version: '1.0.0' };
export const task = (id: string, more: JsonObject = {}): JsonObject => ({ id, task: 'echo', ...more });
export const withSteps = (...steps: Json[]): JsonObject => ({ ...base, steps });
export const withFields = (more: JsonObject): JsonObject => ({ ...base, steps: [], ...more });
export const withField = (more: JsonObject): JsonObject => withSteps(task('a', more));

export const block = (type: string, fields: JsonObject): JsonObject => ({ id: 'b', type, ...fields });
export const oneOf = (type: string, fields: JsonObject): JsonObject => withSteps(block(type, fields));
export const each = (...steps: Json[]): JsonObject => block('forEach', { items: '${input.list}', as: 'line', steps });

export type Case = [what: string, document: Json, code: string, path: string, message: RegExp, hint?: RegExp];

/** The problem of this code, which must stand there and say so. */
export function expectProblem(severity: Problem['severity'], [, document, code, path, message, hint]: Case): Problem | undefined {
  const problem = compile(document).problems.find((candidate) => candidate.code === code);
  expect(problem).toMatchObject({ severity, code, path });
  expect(problem?.message).toMatch(message);
  if (hint) expect(problem?.hint).toMatch(hint);
  return problem;
}
