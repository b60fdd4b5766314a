import { FORBIDDEN_KEYS } from '../bounds.js';
import { ExpressionError } from '../expression-error.js';
import { number } from '../operators.js';
import type { Run } from '../run.js';
import {
  describe,
  expectList,
  expectMap,
  expectNumber,
  isList,
  isMap,
  sortedKeys,
  Span,
  type Value,
  type ValueMap,
} from '../values.js';
import { fn, type FunctionTable } from './registry.js';
import { textSize } from './text.js';

function size([value]: readonly Value[], run: Run): Value {
  if (typeof value === 'string') return textSize(run.text(value));
  if (value !== undefined && isList(value)) return value.length;
  const count = Object.keys(expectMap(value, 'size')).length;
  run.charge(count);
  return count;
}

/** The items to work on: one list, or the arguments themselves. */
function itemsOf(args: readonly Value[], run: Run): readonly Value[] {
  const items = args.length === 1 && isList(args[0] as Value) ? (args[0] as readonly Value[]) : args;
  run.charge(items.length);
  return items;
}

function sum(args: readonly Value[], run: Run): number {
  return itemsOf(args, run).reduce<number>((total, item) => number(total + expectNumber(item, 'sum')), 0);
}

function average(args: readonly Value[], run: Run): Value {
  const items = itemsOf(args, run);
  if (items.length === 0) throw new ExpressionError('avg: expected at least one number, but the list is empty');
  return number(sum([items], run) / items.length);
}

function extreme(name: string, isBetter: (candidate: number | string, best: number | string) => boolean) {
  return (args: readonly Value[], run: Run): Value => {
    const items = itemsOf(args, run);
    const first = items[0];
    if (first === undefined) throw new ExpressionError(`${name}: expected at least one value, but the list is empty`);
    return items.reduce((best, item) => (isBetter(orderOf(item, first, name), orderOf(best, first, name)) ? item : best), first);
  };
}

function orderOf(item: Value, first: Value, name: string): number | string {
  if (typeof item === 'number' && typeof first === 'number') return item;
  if (typeof item === 'string' && typeof first === 'string') return item;
  if (item instanceof Date && first instanceof Date) return item.getTime();
  if (item instanceof Span && first instanceof Span) return item.ms;
  throw new ExpressionError(`${name}: expected numbers, texts or times only, but was ${describe(first)} and ${describe(item)}`);
}

/** A new object without a prototype; refuses the keys through which prototypes are reached. */
export function setMember(target: Record<string, Value>, key: string, value: Value): void {
  if (FORBIDDEN_KEYS.has(key)) throw new ExpressionError(`expected a key other than "${key}"`);
  target[key] = value;
}

function merge(args: readonly Value[], run: Run): ValueMap {
  const merged = Object.create(null) as Record<string, Value>;
  for (const arg of args) {
    const map = expectMap(arg, 'merge');
    const keys = Object.keys(map);
    run.charge(keys.length);
    for (const key of keys) setMember(merged, key, map[key] as Value);
  }
  return merged;
}

function append([list, item]: readonly Value[], run: Run): Value {
  const items = expectList(list, 'append');
  run.charge(items.length);
  return [...items, item as Value];
}

function values([map]: readonly Value[], run: Run): Value {
  const members = expectMap(map, 'values');
  const keys = sortedKeys(members);
  run.charge(keys.length);
  return keys.map((key) => members[key] as Value);
}

function keys([map]: readonly Value[], run: Run): Value {
  const names = sortedKeys(expectMap(map, 'keys'));
  run.charge(names.length);
  return names;
}

/** The items a macro visits: of a list its items, of an object its keys in sorted order. */
export function iterate(value: Value, macro: string, run: Run): readonly Value[] {
  if (isList(value)) return value;
  if (!isMap(value)) throw new ExpressionError(`${macro}: expected a list or an object, but was ${describe(value)}`);
  const names = sortedKeys(value);
  run.charge(names.length);
  return names;
}

const MAX_ARGUMENTS = 32;

export const collectionFunctions: FunctionTable = {
  size: fn(1, 1, size),
  sum: fn(1, MAX_ARGUMENTS, sum),
  avg: fn(1, MAX_ARGUMENTS, average),
  min: fn(
    1,
    MAX_ARGUMENTS,
    extreme('min', (candidate, best) => candidate < best),
  ),
  max: fn(
    1,
    MAX_ARGUMENTS,
    extreme('max', (candidate, best) => candidate > best),
  ),
  keys: fn(1, 1, keys),
  values: fn(1, 1, values),
  merge: fn(1, MAX_ARGUMENTS, merge),
  append: fn(2, 2, append),
};
