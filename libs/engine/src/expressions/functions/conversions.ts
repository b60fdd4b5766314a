import { ExpressionError } from '../expression-error.js';
import { render } from '../leave.js';
import { number } from '../operators.js';
import { describe, expectNumber, typeName, type Value } from '../values.js';
import { fn, type FunctionTable } from './registry.js';

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;

function toNumber(value: Value | undefined, name: string): number {
  if (typeof value === 'number') return value;
  if (value instanceof Date) return Math.floor(value.getTime() / 1000); // as CEL: seconds
  if (typeof value === 'string' && value.length <= 100 && DECIMAL.test(value)) return number(Number(value));
  const found = typeof value === 'string' ? `"${value.slice(0, 50)}"` : describe(value ?? null);
  throw new ExpressionError(`${name}: expected a number or text that is one, but was ${found}`);
}

function toBool([value]: readonly Value[]): Value {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new ExpressionError(`bool: expected true, false or text that says so, but was ${describe(value ?? null)}`);
}

function round([value, digits]: readonly Value[]): Value {
  const places = digits === undefined ? 0 : expectNumber(digits, 'round');
  if (!Number.isInteger(places) || places < 0 || places > 15)
    throw new ExpressionError(`round: expected 0 to 15 digits, but was ${places}`);
  const magnitude = Math.abs(expectNumber(value, 'round'));
  // Through decimal text, so that 1.005 rounded to 2 digits is 1.01; halves go away from zero.
  const scaled = Math.round(Number(`${magnitude}e${places}`));
  const rounded = Number.isNaN(scaled) ? 0 : Number(`${scaled}e-${places}`);
  return (value as number) < 0 ? -rounded : rounded;
}

export const conversionFunctions: FunctionTable = {
  int: fn(1, 1, ([value]) => Math.trunc(toNumber(value, 'int'))),
  uint: fn(1, 1, ([value]) => {
    const whole = Math.trunc(toNumber(value, 'uint'));
    if (whole < 0) throw new ExpressionError(`uint: expected a number >= 0, but was ${whole}`);
    return whole;
  }),
  double: fn(1, 1, ([value]) => toNumber(value, 'double')),
  bool: fn(1, 1, toBool),
  string: fn(1, 1, ([value], run) => run.text(render(value ?? null, run))),
  type: fn(1, 1, ([value]) => typeName(value ?? null)),
  dyn: fn(1, 1, ([value]) => value ?? null),
  abs: fn(1, 1, ([value]) => Math.abs(expectNumber(value, 'abs'))),
  floor: fn(1, 1, ([value]) => Math.floor(expectNumber(value, 'floor'))),
  ceil: fn(1, 1, ([value]) => Math.ceil(expectNumber(value, 'ceil'))),
  round: fn(1, 2, round),
};
