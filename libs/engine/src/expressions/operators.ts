import { isStorableNumber } from '../json/bounds.js';
import { ExpressionError } from './expression-error.js';
import type { Run } from './run.js';
import { describe, isList, isMap, Optional, Span, type Value } from './values.js';
import { timestamp } from './functions/time-values.js';

export type BinaryOperation = (left: Value, right: Value, run: Run) => Value;

/** A number that may leave an expression. Integers beyond 2^53 are refused where they arise, not when they have lost digits. */
export function number(value: number): number {
  if (isStorableNumber(value)) return value;
  throw new ExpressionError(`expected a number within ±(2^53 − 1), but was ${value}`);
}

function add(left: Value, right: Value, run: Run): Value {
  if (typeof left === 'number' && typeof right === 'number') return number(left + right);
  if (typeof left === 'string' && typeof right === 'string') return run.text(left + right);
  if (isList(left) && isList(right)) return (run.charge(left.length + right.length), [...left, ...right]);
  if (left instanceof Date && right instanceof Span) return timestamp(left.getTime() + right.ms);
  if (left instanceof Span && right instanceof Date) return timestamp(right.getTime() + left.ms);
  if (left instanceof Span && right instanceof Span) return new Span(number(left.ms + right.ms));
  const hint =
    typeof left === 'string' || typeof right === 'string' ? ': convert with string(…), or write text with ${…} in it' : '';
  throw unfit('+', left, right, hint);
}

function subtract(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return number(left - right);
  if (left instanceof Date && right instanceof Date) return new Span(left.getTime() - right.getTime());
  if (left instanceof Date && right instanceof Span) return timestamp(left.getTime() - right.ms);
  if (left instanceof Span && right instanceof Span) return new Span(number(left.ms - right.ms));
  throw unfit('-', left, right);
}

function multiply(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return number(left * right);
  throw unfit('*', left, right);
}

/** Exact: 7 / 2 is 3.5, whether the 7 was written or came from JSON; `int(…)` cuts. */
function divide(left: Value, right: Value): Value {
  if (typeof left !== 'number' || typeof right !== 'number') throw unfit('/', left, right);
  if (right === 0) throw new ExpressionError('expected a divisor other than 0');
  return number(left / right);
}

function remainder(left: Value, right: Value): Value {
  if (typeof left !== 'number' || typeof right !== 'number') throw unfit('%', left, right);
  if (right === 0) throw new ExpressionError('expected a divisor other than 0');
  return left % right;
}

/** Deep equality of JSON; values of different kinds are unequal, never an error. */
export function equals(left: Value, right: Value, run: Run): boolean {
  if (left === right) return chargeTexts(left, run);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  run.charge(1);
  if (left instanceof Date) return right instanceof Date && left.getTime() === right.getTime();
  if (left instanceof Span) return right instanceof Span && left.ms === right.ms;
  if (left instanceof Optional) return right instanceof Optional && equals(left.value ?? null, right.value ?? null, run);
  if (isList(left))
    return isList(right) && left.length === right.length && left.every((item, i) => equals(item, right[i] as Value, run));
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  run.charge(keys.length);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equals(left[key] as Value, right[key] as Value, run));
}

function chargeTexts(value: Value, run: Run): true {
  if (typeof value === 'string') run.text(value);
  return true;
}

function contains(item: Value, container: Value, run: Run): boolean {
  if (isList(container)) {
    run.charge(container.length);
    return container.some((candidate) => equals(item, candidate, run));
  }
  if (isMap(container)) return typeof item === 'string' && Object.hasOwn(container, item);
  throw new ExpressionError(`in: expected a list or an object on the right, but was ${describe(container)}`);
}

function compare(sign: string, holds: (difference: number) => boolean): BinaryOperation {
  return (left, right) => {
    if (typeof left === 'number' && typeof right === 'number') return holds(left - right);
    if (typeof left === 'string' && typeof right === 'string') return holds(left < right ? -1 : left > right ? 1 : 0);
    if (left instanceof Date && right instanceof Date) return holds(left.getTime() - right.getTime());
    if (left instanceof Span && right instanceof Span) return holds(left.ms - right.ms);
    if (typeof left === 'boolean' && typeof right === 'boolean') return holds(Number(left) - Number(right));
    const hint = left instanceof Date || right instanceof Date ? ': convert text with date(…)' : '';
    throw unfit(sign, left, right, hint);
  };
}

function unfit(sign: string, left: Value, right: Value, hint = ''): ExpressionError {
  return new ExpressionError(
    `${sign}: expected two values that go together, but was ${describe(left)} ${sign} ${describe(right)}${hint}`,
  );
}

/** Every binary operator whose sides are both evaluated first. */
export const binaryOperations: Readonly<Record<string, BinaryOperation>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
  '==': equals,
  '!=': (left, right, run) => !equals(left, right, run),
  '<': compare('<', (difference) => difference < 0),
  '<=': compare('<=', (difference) => difference <= 0),
  '>': compare('>', (difference) => difference > 0),
  '>=': compare('>=', (difference) => difference >= 0),
  in: contains,
};

export function negate(value: Value): Value {
  if (typeof value === 'number') return -value;
  if (value instanceof Span) return new Span(-value.ms);
  throw new ExpressionError(`-: expected a number, but was ${describe(value)}`);
}

export function truth(value: Value, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`${what}: expected true or false, but was ${describe(value)}`);
}
