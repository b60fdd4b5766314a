import type { Code } from './compile-expression.js';
import type { Compiler } from './compiler.js';
import { ExpressionError } from './expression-error.js';
import { functions } from './functions/index.js';
import type { ExpressionFunction } from './functions/registry.js';
import { macros } from './macros.js';
import { hintFor } from './nearest.js';
import { isAccess, weightOf, type SyntaxNode } from './syntax.js';
import { describe, Optional, type Value } from './values.js';

const nothing: Code = () => null;

/** `f(a, b)` */
export function compileCall(compiler: Compiler, name: string, args: readonly SyntaxNode[]): Code {
  return name === 'has' ? compileHas(compiler, args) : compileFunction(compiler, name, args);
}

/** `a.f(b)`: a macro, a method of an optional value, or the function with the receiver as its first argument. */
export function compileMethod(compiler: Compiler, name: string, receiver: SyntaxNode, args: readonly SyntaxNode[]): Code {
  if (isNamespace(compiler, receiver, 'cel')) return compileBind(compiler, name, args);
  if (isNamespace(compiler, receiver, 'optional')) return compileOptional(compiler, name, args);
  if (Object.hasOwn(macros, name)) return compileMacro(compiler, name, receiver, args);
  if (Object.hasOwn(optionalMethods, name)) return compileOptionalMethod(compiler, name, receiver, args);
  return compileFunction(compiler, name, [receiver, ...args]);
}

const isNamespace = (compiler: Compiler, node: SyntaxNode, name: string): boolean =>
  node.op === 'id' && node.args === name && !compiler.isVariable(name);

function compileFunction(compiler: Compiler, name: string, args: readonly SyntaxNode[]): Code {
  const known = functions.get(name);
  const codes = args.map((arg) => compiler.compile(arg));
  if (known === undefined) return unknownFunction(compiler, name);
  const [min, max] = known.arity;
  if (args.length < min || args.length > max)
    return wrongArity(compiler, name, min === max ? String(min) : `${min} to ${max}`, args.length);
  checkLiterals(compiler, name, known, args);
  const { call } = known;
  const [first, second] = codes as [Code, Code];
  if (codes.length === 1) return (run) => call([first(run)], run);
  if (codes.length === 2) return (run) => call([first(run), second(run)], run);
  return (run) =>
    call(
      codes.map((code) => code(run)),
      run,
    );
}

function unknownFunction(compiler: Compiler, name: string): Code {
  const names = [...functions.keys(), ...Object.keys(macros), ...Object.keys(optionalMethods), 'has'];
  const hint = hintFor(name, names, `The functions are ${names.join(', ')}`);
  compiler.reads.fault('UNKNOWN_FUNCTION', `expected a function of the language, but was "${name}"`, hint);
  return nothing;
}

function wrongArity(compiler: Compiler, name: string, wanted: string, found: number): Code {
  compiler.reads.fault('EXPRESSION_INVALID', `${name}: expected ${wanted} arguments (a receiver counted), but were ${found}`);
  return nothing;
}

function checkLiterals(compiler: Compiler, name: string, known: ExpressionFunction, args: readonly SyntaxNode[]): void {
  const message = known.check?.(args.map((arg) => (arg.op === 'value' ? (arg.args as Value) : undefined)));
  if (message !== undefined) compiler.reads.fault('EXPRESSION_INVALID', `${name}: ${message}`);
}

function compileMacro(compiler: Compiler, name: string, receiver: SyntaxNode, args: readonly SyntaxNode[]): Code {
  const macro = macros[name] as (typeof macros)[string];
  const over = compiler.compile(receiver);
  const variable = args[0];
  if (!macro.arity.includes(args.length) || variable?.op !== 'id') {
    return wrongArity(
      compiler,
      name,
      `a variable and ${macro.arity.map((count) => count - 1).join(' or ')} expressions as`,
      args.length,
    );
  }
  return compiler.withVariable(variable.args as string, true, (slot) => {
    const [body, second] = args.slice(1).map((arg) => compiler.compile(arg)) as [Code, Code | undefined];
    const weight = args.slice(1).reduce((sum, arg) => sum + weightOf(arg), 1);
    return macro.build(second ? { over, slot, body, second, weight } : { over, slot, body, weight });
  });
}

/** `cel.bind(name, value, expression)` */
function compileBind(compiler: Compiler, name: string, args: readonly SyntaxNode[]): Code {
  const [variable, value, expression] = args;
  if (name !== 'bind' || variable?.op !== 'id' || value === undefined || expression === undefined) {
    compiler.reads.fault('EXPRESSION_INVALID', `expected cel.bind(name, value, expression), but was cel.${name}`);
    return nothing;
  }
  const valueCode = compiler.compile(value);
  return compiler.withVariable(variable.args as string, false, (slot) => {
    const code = compiler.compile(expression);
    return (run) => {
      run.slots[slot] = valueCode(run);
      return code(run);
    };
  });
}

/** `optional.of(value)` and `optional.none()` */
function compileOptional(compiler: Compiler, name: string, args: readonly SyntaxNode[]): Code {
  const code = args[0] === undefined ? undefined : compiler.compile(args[0]);
  if (name === 'none' && args.length === 0) return () => Optional.none;
  if (name === 'of' && code !== undefined && args.length === 1) return (run) => new Optional(code(run));
  compiler.reads.fault('EXPRESSION_INVALID', `expected optional.of(value) or optional.none(), but was optional.${name}`);
  return nothing;
}

function optionalOf(value: Value, name: string): Optional {
  if (value instanceof Optional) return value;
  throw new ExpressionError(`${name}: expected an optional value such as a.?b, but was ${describe(value)}`);
}

const optionalMethods: Readonly<
  Record<string, { readonly arity: number; readonly build: (receiver: Code, other: Code) => Code }>
> = {
  orValue: { arity: 1, build: orValue },
  or: { arity: 1, build: orOther },
  hasValue: { arity: 0, build: (receiver) => (run) => optionalOf(receiver(run), 'hasValue').value !== undefined },
  value: { arity: 0, build: (receiver) => (run) => presentValue(optionalOf(receiver(run), 'value')) },
};

function orValue(receiver: Code, other: Code): Code {
  return (run) => {
    const { value } = optionalOf(receiver(run), 'orValue');
    return value === undefined ? other(run) : value;
  };
}

function orOther(receiver: Code, other: Code): Code {
  return (run) => {
    const optional = optionalOf(receiver(run), 'or');
    return optional.value === undefined ? optionalOf(other(run), 'or') : optional;
  };
}

function presentValue(optional: Optional): Value {
  if (optional.value !== undefined) return optional.value;
  throw new ExpressionError('value: expected a value that is there, but there is none: use orValue(…)');
}

function compileOptionalMethod(compiler: Compiler, name: string, receiver: SyntaxNode, args: readonly SyntaxNode[]): Code {
  const method = optionalMethods[name] as (typeof optionalMethods)[string];
  const receiverCode = compiler.compile(receiver);
  const codes = args.map((arg) => compiler.compile(arg));
  if (args.length !== method.arity) return wrongArity(compiler, name, String(method.arity + 1), args.length + 1);
  return method.build(receiverCode, codes[0] ?? nothing);
}

/** `has(a.b.c)`: is the last member there? False too when a step on the way is missing or null. */
function compileHas(compiler: Compiler, args: readonly SyntaxNode[]): Code {
  const path = args[0];
  if (args.length !== 1 || path === undefined || !isAccess(path)) {
    compiler.reads.fault('EXPRESSION_INVALID', 'has: expected one member such as has(input.a), but was something else');
    return nothing;
  }
  const code = compiler.optionalPath(path, true);
  return (run) => {
    const found = code(run);
    return !(found instanceof Optional) || found.value !== undefined;
  };
}
