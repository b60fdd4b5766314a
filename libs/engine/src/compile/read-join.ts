import { hintFor } from '../expressions/nearest.js';
import type { PartJoin } from '../model/plan.js';
import { kindOf, type Fields } from './fields.js';

/** `join`: over needs, or over the parts of a block. */
export function readJoin(fields: Fields, what: 'needs' | 'parts'): PartJoin {
  const value = fields.get('join');
  if (value === undefined) return 'all';
  if (value === 'all' || value === 'any') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  const otherwise = 'Write all, any or a number such as 2';
  const hint = typeof value === 'string' ? hintFor(value, ['all', 'any'], otherwise) : otherwise;
  fields.error('JOIN_INVALID', 'join', `expected all, any or a whole number of ${what}, but was ${kindOf(value)}`, hint);
  return 'all';
}
