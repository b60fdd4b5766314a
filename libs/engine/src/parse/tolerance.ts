import type { Json } from '../model/json.js';

/** A number of failures, or a share of the items from `0%` to `100%`; undefined: neither. */
export function toleranceIn(value: Json): { count: number } | { percent: number } | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? { count: value } : undefined;
  const percent = typeof value === 'string' ? /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(value)?.[1] : undefined;
  return percent !== undefined && Number(percent) <= 100 ? { percent: Number(percent) } : undefined;
}
