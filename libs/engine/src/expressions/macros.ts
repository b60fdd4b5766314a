import type { Code } from './compile-expression.js';
import { ExpressionBoundError, ExpressionError } from './expression-error.js';
import { iterate } from './functions/collections.js';
import { truth } from './operators.js';
import type { Run } from './run.js';
import type { Value } from './values.js';

export interface MacroParts {
  readonly over: Code;
  /** Slot of the variable. */
  readonly slot: number;
  readonly body: Code;
  /** Second body: `map(x, filter, transform)`. */
  readonly second?: Code;
  /** What one round costs. */
  readonly weight: number;
}

/** Macros that visit the items of a list or the keys of an object, by name; arity counts the arguments after the receiver. */
export const macros: Readonly<
  Record<string, { readonly arity: readonly number[]; readonly build: (parts: MacroParts) => Code }>
> = {
  map: { arity: [2, 3], build: (parts) => (parts.second ? mapWhere(parts, parts.second) : mapAll(parts)) },
  filter: { arity: [2], build: filter },
  all: { arity: [2], build: (parts) => quantify(parts, 'all', false) },
  exists: { arity: [2], build: (parts) => quantify(parts, 'exists', true) },
  exists_one: { arity: [2], build: existsOne },
};

function* rounds(parts: MacroParts, name: string, run: Run): Generator<Value> {
  for (const item of iterate(parts.over(run), name, run)) {
    run.charge(parts.weight);
    run.slots[parts.slot] = item;
    yield item;
  }
}

function mapAll(parts: MacroParts): Code {
  return (run) => {
    const items = iterate(parts.over(run), 'map', run);
    const result: Value[] = [];
    for (const item of items) {
      run.charge(parts.weight);
      run.slots[parts.slot] = item;
      result.push(parts.body(run));
    }
    return result;
  };
}

function mapWhere(parts: MacroParts, transform: Code): Code {
  return (run) => {
    const result: Value[] = [];
    for (const _ of rounds(parts, 'map', run)) if (truth(parts.body(run), 'map')) result.push(transform(run));
    return result;
  };
}

function filter(parts: MacroParts): Code {
  return (run) => {
    const result: Value[] = [];
    for (const item of rounds(parts, 'filter', run)) if (truth(parts.body(run), 'filter')) result.push(item);
    return result;
  };
}

/** `exists` ends at the first true, `all` at the first false; as in CEL, a failing item counts only when no other decides. */
function quantify(parts: MacroParts, name: string, decisive: boolean): Code {
  return (run) => {
    let failure: ExpressionError | undefined;
    for (const _ of rounds(parts, name, run)) {
      try {
        if (truth(parts.body(run), name) === decisive) return decisive;
      } catch (error) {
        failure ??= absorbable(error);
      }
    }
    if (failure) throw failure;
    return !decisive;
  };
}

function existsOne(parts: MacroParts): Code {
  return (run) => {
    let found = 0;
    for (const _ of rounds(parts, 'exists_one', run)) if (truth(parts.body(run), 'exists_one')) found += 1;
    return found === 1;
  };
}

/** The failure itself, when another operand may still decide; bounds and bugs are thrown on. */
export function absorbable(error: unknown): ExpressionError {
  if (error instanceof ExpressionError && !(error instanceof ExpressionBoundError)) return error;
  throw error;
}

/** `&&` (decisive false) and `||` (decisive true): either side may decide, whatever becomes of the other. */
export function logical(sign: string, decisive: boolean, left: Code, right: Code): Code {
  return (run) => {
    let failure: ExpressionError | undefined;
    try {
      if (truth(left(run), sign) === decisive) return decisive;
    } catch (error) {
      failure = absorbable(error);
    }
    if (truth(right(run), sign) === decisive) return decisive;
    if (failure) throw failure;
    return !decisive;
  };
}
