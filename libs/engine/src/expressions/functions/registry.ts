import type { Run } from '../run.js';
import type { Value } from '../values.js';

/** A function of the language. `f(a, b)` and `a.f(b)` are the same call. */
export interface ExpressionFunction {
  /** Fewest and most arguments, the receiver of a method call included. */
  readonly arity: readonly [number, number];
  readonly call: (args: readonly Value[], run: Run) => Value;
  /** Checks an argument that is written literally, when the definition is compiled. Returns what is wrong with it. */
  readonly check?: (args: readonly (Value | undefined)[]) => string | undefined;
}

export type FunctionTable = Readonly<Record<string, ExpressionFunction>>;

export const fn = (min: number, max: number, call: ExpressionFunction['call']): ExpressionFunction => ({
  arity: [min, max],
  call,
});
