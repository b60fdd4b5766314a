import { FORBIDDEN_KEYS } from '../../expressions/bounds.js';
import type { Json } from '../../model/json.js';
import { kindOf } from '../fields.js';
import type { ProblemList } from '../problem-list.js';
import { ID_SHAPE } from '../vocabulary.js';

/** The id of a case or the name of a branch: a segment of the paths of the steps in it. */
export function readBodyKey(value: Json | undefined, path: string, what: string, problems: ProblemList): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && ID_SHAPE.test(value) && !FORBIDDEN_KEYS.has(value)) return value;
  problems.error(
    typeof value === 'string' ? 'ID_INVALID' : 'WRONG_TYPE',
    path,
    `expected ${what} to be 1 to 128 letters, digits, ".", "_" or "-", but was ${kindOf(value)}`,
    typeof value === 'string' ? 'Choose another word' : typeof value === 'object' ? undefined : `Quote it: "${value}"`,
  );
  return undefined;
}
