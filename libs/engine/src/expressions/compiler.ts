import { MAX_MACRO_NESTING } from './bounds.js';
import type { Code } from './compile-expression.js';
import { compileCall, compileMethod } from './compile-call.js';
import { setMember } from './functions/collections.js';
import { logical } from './macros.js';
import { binaryOperations, negate, truth, type BinaryOperation } from './operators.js';
import { ReadsLedger, type RootRules } from './reads.js';
import { TYPE_NAMES } from './roots.js';
import type { Run } from './run.js';
import { select, selectOptional, type Key } from './select.js';
import { childrenOf, isAccess, type SyntaxNode } from './syntax.js';
import { expectText, type Value } from './values.js';
import { ExpressionError } from './expression-error.js';

/** Turns a syntax tree into closures. Faults are collected, not thrown: an author sees all of them at once. */
export class Compiler {
  readonly reads: ReadsLedger;
  private readonly variables = new Map<string, number>();
  private slots = 0;
  private macroDepth = 0;
  /** Inside something that provides for a missing value. */
  private isGuarded = false;

  constructor(rules: RootRules) {
    this.reads = new ReadsLedger(rules);
  }

  compile(node: SyntaxNode): Code {
    switch (node.op) {
      case 'value':
        return this.literal(node.args);
      case 'id':
        return this.name(node.args as string);
      case '.':
      case '[]':
        return this.access(node);
      case '.?':
      case '[?]':
        return this.optionalPath(node, false);
      case 'call':
        return compileCall(this, ...(node.args as [string, SyntaxNode[]]));
      case 'rcall':
        return compileMethod(this, ...(node.args as [string, SyntaxNode, SyntaxNode[]]));
      case 'list':
        return this.list(node.args as SyntaxNode[]);
      case 'map':
        return this.map(node.args as [SyntaxNode, SyntaxNode][]);
      default:
        return this.operation(node);
    }
  }

  /** Compiles with what may be missing provided for. */
  guarded(node: SyntaxNode): Code {
    const before = this.isGuarded;
    this.isGuarded = true;
    const code = this.compile(node);
    this.isGuarded = before;
    return code;
  }

  /** Compiles the bodies of a macro or of `cel.bind` with a variable in scope. */
  withVariable<T>(name: string, isMacro: boolean, compile: (slot: number) => T): T {
    const outer = this.variables.get(name);
    const slot = this.slots++;
    this.variables.set(name, slot);
    if (isMacro && ++this.macroDepth > MAX_MACRO_NESTING) {
      const hint = 'Compute the inner list in a step of its own';
      this.reads.fault(
        'EXPRESSION_TOO_DEEP',
        `expected macros nested at most ${MAX_MACRO_NESTING} deep, but were ${this.macroDepth}`,
        hint,
      );
    }
    const compiled = compile(slot);
    if (isMacro) this.macroDepth -= 1;
    if (outer === undefined) this.variables.delete(name);
    else this.variables.set(name, outer);
    return compiled;
  }

  /** Is it `input.a["b"][0]` and the like: a value of the scope, which is JSON already? */
  isJsonPath(node: SyntaxNode): boolean {
    if (node.op === 'id') return !['now', 'scheduledAt', 'steps'].includes(node.args as string);
    if (this.stepOf(node) !== undefined) return false;
    if (node.op !== '.' && node.op !== '[]') return false;
    if (constantKey(node) === undefined) return false;
    const base = childrenOf(node)[0] as SyntaxNode;
    return this.stepOf(base) !== undefined || this.isJsonPath(base);
  }

  isVariable(name: string): boolean {
    return this.variables.has(name);
  }

  private literal(literal: unknown): Code {
    if (literal instanceof Uint8Array)
      this.reads.fault('EXPRESSION_INVALID', 'expected JSON, but were bytes', 'Write text: "…" instead of b"…"');
    const value = isNumeric(literal) ? Number(literal) : (literal as Value);
    if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
      this.reads.fault(
        'EXPRESSION_INVALID',
        `expected a number within ±(2^53 − 1), but was ${String(literal)}`,
        'Keep larger numbers as text',
      );
    }
    return () => value;
  }

  private name(name: string): Code {
    const slot = this.variables.get(name);
    if (slot !== undefined) return (run) => run.slots[slot] as Value;
    if (this.reads.named(name)) return (run) => run.named(name);
    if (name === 'steps') {
      if (this.reads.root(name, this.variables.keys())) this.reads.dynamicStep();
      return () => null;
    }
    const root = this.reads.root(name, this.variables.keys());
    if (root !== undefined) return (run) => run.root(root);
    return () => (TYPE_NAMES.has(name) ? name : null);
  }

  /** The id in `steps.<id>` and `steps["<id>"]`. */
  private stepOf(node: SyntaxNode): string | undefined {
    if (!isAccess(node)) return undefined;
    const base = childrenOf(node)[0] as SyntaxNode;
    if (base.op !== 'id' || base.args !== 'steps' || this.variables.has('steps')) return undefined;
    const key = constantKey(node);
    return typeof key === 'string' ? key : undefined;
  }

  private access(node: SyntaxNode): Code {
    const step = this.stepOf(node);
    if (step !== undefined) return this.step(step);
    const base = childrenOf(node)[0] as SyntaxNode;
    const key = constantKey(node);
    if (key === undefined) return this.computedAccess(base, childrenOf(node)[1] as SyntaxNode);
    const baseStep = this.stepOf(base);
    if (baseStep !== undefined) return this.fact(baseStep, String(key));
    if (base.op === 'id' && !this.variables.has(base.args as string)) this.reads.member(base.args as string, String(key));
    const code = this.compile(base);
    return (run) => select(code(run), key);
  }

  private computedAccess(base: SyntaxNode, key: SyntaxNode): Code {
    const baseCode = this.compile(base);
    const keyCode = this.compile(key);
    return (run) => select(baseCode(run), keyCode(run));
  }

  /**
   * Compiles an access whose result is optional: none when the member is missing.
   * @param isWhole every access before it is optional too (`has`), not only the last one (`.?`)
   */
  optionalPath(node: SyntaxNode, isWhole: boolean): Code {
    const step = this.stepOf(node);
    if (step !== undefined) return this.guardedStep(step);
    const [base, keyNode] = childrenOf(node) as [SyntaxNode, SyntaxNode | undefined];
    const key = constantKey(node);
    const baseCode = isWhole && isAccess(base) ? this.optionalPath(base, true) : this.guarded(base);
    const keyCode = key === undefined ? this.compile(keyNode as SyntaxNode) : () => key;
    const baseStep = this.stepOf(base);
    if (baseStep !== undefined && typeof key === 'string') this.reads.fact(baseStep, key);
    return (run) => selectOptional(baseCode(run), keyCode(run));
  }

  private guardedStep(id: string): Code {
    const before = this.isGuarded;
    this.isGuarded = true;
    const code = this.step(id);
    this.isGuarded = before;
    return code;
  }

  /** `steps.<id>` as a whole. */
  private step(id: string): Code {
    this.reads.root('steps', this.variables.keys());
    this.reads.step(id, this.isGuarded);
    return (run) => factsOf(run, id);
  }

  private fact(id: string, fact: string): Code {
    this.reads.root('steps', this.variables.keys());
    this.reads.fact(id, fact);
    // Who looks at the status or the error knows that the step may have ended in several ways.
    this.reads.step(id, this.isGuarded || fact !== 'output');
    if (fact === 'output') return (run) => run.facts(id).output;
    return (run) => select(factsOf(run, id), fact);
  }

  private list(items: readonly SyntaxNode[]): Code {
    const codes = items.map((item) => this.compile(item));
    return (run) => codes.map((code) => code(run));
  }

  private map(entries: readonly [SyntaxNode, SyntaxNode][]): Code {
    const codes = entries.map(([key, value]) => [this.compile(key), this.compile(value)] as const);
    return (run) => {
      const map = Object.create(null) as Record<string, Value>;
      for (const [key, value] of codes) setMember(map, expectText(key(run), 'the key of an object'), value(run));
      return map;
    };
  }

  private operation(node: SyntaxNode): Code {
    if (node.op === '-') this.checkMinus(childrenOf(node) as [SyntaxNode, SyntaxNode]);
    const isNullCheck =
      (node.op === '==' || node.op === '!=') && childrenOf(node).some((child) => child.op === 'value' && child.args === null);
    const operands = childrenOf(node).map((child) => (isNullCheck ? this.guarded(child) : this.compile(child)));
    const [first, second, third] = operands as [Code, Code, Code];
    switch (node.op) {
      case '?:':
        return (run) => (truth(first(run), '?:') ? second(run) : third(run));
      case '&&':
        return logical('&&', false, first, second);
      case '||':
        return logical('||', true, first, second);
      case '!_':
        return (run) => !truth(first(run), '!');
      case '-_':
        return (run) => negate(first(run));
      default:
        return binary(binaryOperations[node.op], node.op, first, second);
    }
  }

  private checkMinus([left, right]: readonly [SyntaxNode, SyntaxNode]): void {
    const id = this.stepOf(left);
    if (id === undefined || left.op !== '.') return;
    let first = right;
    while (first.op === '.' || first.op === 'rcall') first = childrenOf(first)[0] as SyntaxNode;
    if (first.op === 'id') this.reads.minusAfterStep(id, first.args as string);
  }
}

const isNumeric = (literal: unknown): boolean =>
  typeof literal === 'bigint' ||
  typeof literal === 'number' ||
  (typeof literal === 'object' && literal !== null && typeof literal.valueOf() === 'bigint');

/** The key of an access that is written literally. */
function constantKey(node: SyntaxNode): Key | undefined {
  const [, key] = node.args as [SyntaxNode, string | SyntaxNode];
  if (typeof key === 'string') return key;
  if (key.op !== 'value') return undefined;
  if (typeof key.args === 'string') return key.args;
  return isNumeric(key.args) ? Number(key.args) : undefined;
}

function factsOf(run: Run, id: string): Value {
  const { output, error, status, taken, counts } = run.facts(id);
  const facts: Record<string, Value> = { output, error, status };
  if (taken !== undefined) facts['taken'] = taken;
  if (counts !== undefined) facts['counts'] = counts;
  return facts;
}

function binary(operation: BinaryOperation | undefined, sign: string, left: Code, right: Code): Code {
  if (operation === undefined) throw new ExpressionError(`unknown operator ${sign}`);
  return (run) => operation(left(run), right(run), run);
}
