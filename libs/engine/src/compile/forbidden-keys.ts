import { FORBIDDEN_KEYS } from '../expressions/bounds.js';
import { pointer } from '../json/bounds.js';
import type { Json } from '../model/json.js';
import type { ProblemList } from './problem-list.js';

/** Keys through which prototypes are reached are refused wherever they stand. */
export function reportForbiddenKeys(value: Json, path: string, problems: ProblemList): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const at = pointer(path, key);
    if (FORBIDDEN_KEYS.has(String(key)) && !Array.isArray(value))
      problems.error('FORBIDDEN_KEY', at, `expected a key other than "${key}"`, 'Choose another word');
    reportForbiddenKeys(member, at, problems);
  }
}
