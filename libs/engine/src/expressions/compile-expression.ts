import { Compiler } from './compiler.js';
import type { Reads, RootRules } from './reads.js';
import { ExpressionError } from './expression-error.js';
import { Run } from './run.js';
import { parseExpression, type ExpressionFault } from './syntax.js';
import type { Value } from './values.js';

export type Code = (run: Run) => Value;

export interface CompiledExpression {
  readonly source: string;
  readonly code: Code;
  /** A bare path such as `input.id`: its value is JSON of the scope and needs no check on leaving. */
  readonly isPath: boolean;
  readonly reads: Reads;
}

/**
 * Compiles CEL to closures over JSON.
 *
 * The parser is cel-js's, the evaluation ours: cel-js keeps int (BigInt) and double apart, looks at the first item of a list to
 * type it, reads `constructor` of the data, fixes `matches` to backtracking regular expressions, and has no bound on the work
 * an evaluation does. Over closures, numbers are the numbers of JSON, every loop is charged, and a path costs some nanoseconds.
 */
export function compileExpression(
  source: string,
  rules: RootRules,
): { expression?: CompiledExpression; faults: readonly ExpressionFault[] } {
  const parsed = parseExpression(source);
  if ('fault' in parsed) return { faults: [parsed.fault] };
  const compiler = new Compiler(rules);
  const code = compiler.compile(parsed.node);
  const { reads } = compiler;
  if (reads.faults.length > 0) return { faults: reads.faults };
  if (reads.roots.size === 0 && reads.names.size === 0) return constant(source, code, reads);
  return { expression: { source, code, isPath: compiler.isJsonPath(parsed.node), reads }, faults: [] };
}

/** Without roots the value is always the same: computed once, and a failure is known early. */
function constant(source: string, code: Code, reads: Reads): ReturnType<typeof compileExpression> {
  try {
    const value = code(new Run({}));
    return { expression: { source, code: () => value, isPath: false, reads }, faults: [] };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return {
      faults: [
        { code: 'EXPRESSION_INVALID', message: `expected an expression that has a value, but it always fails: ${error.message}` },
      ],
    };
  }
}
