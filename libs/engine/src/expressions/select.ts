import { ExpressionError } from './expression-error.js';
import { describe, isList, isMap, Optional, type Value, type ValueMap } from './values.js';

export type Key = string | number;

/** The member or item of a value, or undefined when it has none. Only own members count. */
export function lookUp(value: Value, key: Value): Value | undefined {
  if (isList(value)) return typeof key === 'number' ? value[key] : undefined;
  if (typeof key !== 'string' || !isMap(value)) return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * `value.key` and `value[key]`; on an optional value the result is optional again.
 * @throws ExpressionError when there is no such member or item
 */
export function select(value: Value, key: Value): Value {
  const found = lookUp(value, key);
  if (found !== undefined) return found;
  if (value instanceof Optional) return selectOptional(value, key);
  throw missing(value, key);
}

/** `value.?key` and `value[?key]`: none when it is missing, or there is nothing it could be a member of. */
export function selectOptional(value: Value, key: Value): Optional {
  const base = value instanceof Optional ? value.value : value;
  if (base === undefined) return Optional.none;
  const found = lookUp(base, key);
  return found === undefined ? Optional.none : new Optional(found);
}

const SHOWN_KEYS = 5;

function missing(value: Value, key: Value): ExpressionError {
  const wanted = typeof key === 'string' ? `a member "${key.slice(0, 100)}"` : `an item ${describeIndex(key)}`;
  return new ExpressionError(`expected ${wanted}, but ${describeLack(value, key)}`);
}

const describeIndex = (key: Value): string => (typeof key === 'number' ? `[${key}]` : `at ${describe(key)}`);

function describeLack(value: Value, key: Value): string {
  if (isList(value)) return typeof key === 'number' ? `the list has ${value.length} items` : 'a list has only numbered items';
  if (!isMap(value)) return `was ${describe(value)}, which has none`;
  return typeof key === 'string' ? `the object has ${describeKeys(value)}` : 'the members of an object are named by text';
}

function describeKeys(map: ValueMap): string {
  const keys = Object.keys(map);
  if (keys.length === 0) return 'no members';
  return keys.slice(0, SHOWN_KEYS).join(', ').slice(0, 200) + (keys.length > SHOWN_KEYS ? ', …' : '');
}
