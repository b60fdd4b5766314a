import { pointer } from '../json/bounds.js';
import type { Json, JsonObject } from '../model/json.js';
import { compileExpression, type CompiledExpression } from './compile-expression.js';
import { ExpressionBoundError, ExpressionError } from './expression-error.js';
import { leave, render } from './leave.js';
import type { RootRules } from './reads.js';
import { Run } from './run.js';
import { wrongSecretName } from './secret-names.js';
import { mayHoldExpression, splitText, type TextPiece } from './split-text.js';
import type { ExpressionFault } from './syntax.js';
import type { EvaluationScope, RootName, Template } from './template.js';

/** What is wrong with an expression of a template, and where: a JSON Pointer into the template's value. */
export interface TemplateFault extends Omit<ExpressionFault, 'code'> {
  readonly code: ExpressionFault['code'] | 'EXPRESSION_NOT_ALLOWED' | 'VALUE_INVALID';
  readonly path: string;
}

/** A step read by a template. */
export interface StepRead {
  readonly id: string;
  /** The template provides for an output that is missing. */
  readonly isGuarded: boolean;
  /** Pointer of the expression, into the template's value. */
  readonly path: string;
}

export interface CompiledTemplate {
  /** Absent when there are faults. */
  readonly template?: Template;
  readonly faults: readonly TemplateFault[];
  readonly stepReads: readonly StepRead[];
  readonly needReads: readonly { readonly id: string; readonly path: string }[];
}

/** Part of a template: a constant, or something to evaluate. */
type Part = { readonly constant: Json } | ((run: Run) => Json);

/**
 * Compiles a JSON value with `${…}` in its texts. A text that is one expression keeps the type of its value;
 * otherwise values are written into the text.
 */
export function compileTemplate(source: Json, rules: RootRules): CompiledTemplate {
  const compilation = new TemplateCompilation(rules);
  const part = compilation.any(source, '');
  const { faults, stepReads, needReads } = compilation;
  if (faults.length > 0) return { faults, stepReads, needReads };
  const template = 'constant' in part ? literalTemplate(source, part.constant) : new EvaluatedTemplate(source, part, compilation);
  return { template, faults, stepReads, needReads };
}

/** A template of a value that holds no expression, whatever it looks like. */
export function literalTemplate(source: Json, value: Json = source): Template {
  return { source, isLiteral: true, roots: new Set(), names: new Set(), steps: new Set(), evaluate: () => value };
}

class EvaluatedTemplate implements Template {
  readonly isLiteral = false;
  readonly roots: ReadonlySet<RootName>;
  readonly names: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;

  constructor(
    readonly source: Json,
    private readonly part: (run: Run) => Json,
    compilation: TemplateCompilation,
  ) {
    this.roots = compilation.roots;
    this.names = compilation.names;
    this.steps = new Set(compilation.stepReads.map((read) => read.id));
  }

  evaluate(scope: EvaluationScope): Json {
    return this.part(new Run(scope));
  }
}

class TemplateCompilation {
  readonly faults: TemplateFault[] = [];
  readonly stepReads: StepRead[] = [];
  readonly needReads: { id: string; path: string }[] = [];
  readonly roots = new Set<RootName>();
  readonly names = new Set<string>();

  constructor(private readonly rules: RootRules) {}

  any(source: Json, path: string): Part {
    if (typeof source === 'string') return this.text(source, path);
    if (Array.isArray(source)) return this.list(source, path);
    if (typeof source === 'object' && source !== null) return this.object(source, path);
    return { constant: source };
  }

  private list(source: readonly Json[], path: string): Part {
    const parts = source.map((item, index) => this.any(item, pointer(path, index)));
    if (parts.every((part) => 'constant' in part)) return { constant: parts.map((part) => part.constant) };
    const evaluations = parts.map(evaluationOf);
    return (run) => evaluations.map((evaluate) => evaluate(run));
  }

  private object(source: JsonObject, path: string): Part {
    const keys = Object.keys(source);
    const parts = keys.map((key) => {
      if (mayHoldExpression(key)) this.keyFault(key, path);
      return this.any(source[key] as Json, pointer(path, key));
    });
    if (parts.every((part) => 'constant' in part))
      return { constant: assemble(keys, (index) => (parts[index] as { constant: Json }).constant) };
    const evaluations = parts.map(evaluationOf);
    return (run) => assemble(keys, (index) => (evaluations[index] as (run: Run) => Json)(run));
  }

  private keyFault(key: string, path: string): void {
    this.faults.push({
      path: pointer(path, key),
      code: 'EXPRESSION_NOT_ALLOWED',
      message: 'expected a plain key, but was one with ${…}',
      hint: 'Build the object with an expression: ${{"key": value}}',
    });
  }

  private secretFault(name: string, path: string): void {
    this.faults.push({
      path,
      code: 'VALUE_INVALID',
      message: `expected the name of a secret, 1 to 128 letters, digits, ".", "_", "/" or "-", but was "${name.slice(0, 60)}"`,
      hint: 'Write secret:api-key, or {{secret:api-key}} inside a text; the name cannot be computed',
    });
  }

  private text(source: string, path: string): Part {
    const secret = source.includes('secret:') ? wrongSecretName(source) : undefined;
    if (secret !== undefined) this.secretFault(secret, path);
    if (!mayHoldExpression(source)) return { constant: source };
    const split = splitText(source);
    if ('unclosedAt' in split) {
      const hint = 'Close it, or write $${ for a literal ${';
      this.faults.push({
        path,
        code: 'EXPRESSION_INVALID',
        message: `expected a } for the \${ at character ${split.unclosedAt + 1}, but there is none`,
        hint,
      });
      return { constant: source };
    }
    const [only] = split.pieces;
    if (split.pieces.length === 1 && only !== undefined)
      return 'literal' in only ? { constant: only.literal } : this.whole(only.expression, path);
    return this.mixed(split.pieces, path);
  }

  /** One expression and nothing else: the value keeps its type. */
  private whole(source: string, path: string): Part {
    const expression = this.expression(source, path);
    if (!expression) return { constant: null };
    const { code, isPath } = expression;
    // A bare path alone yields what is in the scope, which was bounded when it came in; several could add up.
    if (isPath && path === '') return (run) => named(source, () => code(run) as Json);
    return (run) => named(source, () => leave(code(run), run));
  }

  private mixed(pieces: readonly TextPiece[], path: string): Part {
    const writers = pieces.map((piece): ((run: Run) => string) => {
      if ('literal' in piece) return () => piece.literal;
      const code = this.expression(piece.expression, path)?.code;
      return (run) => named(piece.expression, () => render(code?.(run) ?? null, run));
    });
    return (run) => {
      let text = '';
      for (const write of writers) text = run.text(text + write(run));
      return leave(text, run);
    };
  }

  private expression(source: string, path: string): CompiledExpression | undefined {
    const { expression, faults } = compileExpression(source, this.rules);
    for (const fault of faults) this.faults.push({ ...fault, path });
    if (!expression) return undefined;
    for (const root of expression.reads.roots) this.roots.add(root);
    for (const name of expression.reads.names) this.names.add(name);
    for (const [id, isGuarded] of expression.reads.steps) this.stepReads.push({ id, isGuarded, path });
    for (const id of expression.reads.needs) this.needReads.push({ id, path });
    return expression;
  }
}

const evaluationOf = (part: Part): ((run: Run) => Json) => ('constant' in part ? () => part.constant : part);

/** An object of these keys; `__proto__` is data like any other key. */
function assemble(keys: readonly string[], member: (index: number) => Json): JsonObject {
  const object: JsonObject = {};
  keys.forEach((key, index) => {
    if (key === '__proto__')
      Object.defineProperty(object, key, { value: member(index), enumerable: true, configurable: true, writable: true });
    else object[key] = member(index);
  });
  return object;
}

const SHOWN_SOURCE = 200;

/** Every failure of an evaluation is an ExpressionError that names its expression. */
function named<T>(source: string, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    const where = `\${${source.length > SHOWN_SOURCE ? `${source.slice(0, SHOWN_SOURCE)}…` : source}}`;
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof ExpressionBoundError) throw new ExpressionBoundError(`${where}: ${message}`, source);
    throw new ExpressionError(`${where}: ${message}`, source, { cause: error });
  }
}
