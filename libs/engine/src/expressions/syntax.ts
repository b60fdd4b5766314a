import { Environment, ParseError } from '@marcbachmann/cel-js';
import { MAX_EXPRESSION_LENGTH, MAX_SYNTAX_DEPTH } from './bounds.js';

/** A node of the parser's syntax tree, as far as we read it. */
export interface SyntaxNode {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
}

/** What is wrong with an expression. */
export interface ExpressionFault {
  readonly code:
    | 'EXPRESSION_INVALID'
    | 'UNKNOWN_ROOT'
    | 'ROOT_NOT_AVAILABLE'
    | 'UNKNOWN_FUNCTION'
    | 'EXPRESSION_TOO_LONG'
    | 'EXPRESSION_TOO_DEEP';
  readonly message: string;
  readonly hint?: string;
}

// Only its parser is used: evaluation is ours (compile-expression.ts says why).
const parser = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: { maxAstNodes: 10_000, maxDepth: 100, maxListElements: 2_000, maxMapEntries: 1_000, maxCallArguments: 32 },
});

/** The syntax tree of a CEL expression, within the bounds on length and depth; or what is wrong with it. */
export function parseExpression(source: string): { node: SyntaxNode } | { fault: ExpressionFault } {
  if (source.length > MAX_EXPRESSION_LENGTH) return { fault: tooLong(source.length) };
  if (source.trim() === '')
    return { fault: { code: 'EXPRESSION_INVALID', message: 'expected an expression between ${ and }, but was nothing' } };
  try {
    const node = parser.parse(source).ast as SyntaxNode;
    if (depthOf(node) <= MAX_SYNTAX_DEPTH) return { node };
  } catch (error) {
    if (error instanceof ParseError) return { fault: syntaxFault(error) };
    if (!(error instanceof RangeError)) throw error; // out of stack: nested too deeply
  }
  return {
    fault: {
      code: 'EXPRESSION_TOO_DEEP',
      message: `expected at most ${MAX_SYNTAX_DEPTH} nested operations, but were more`,
      hint: 'Split the expression over several steps',
    },
  };
}

const tooLong = (length: number): ExpressionFault => ({
  code: 'EXPRESSION_TOO_LONG',
  message: `expected an expression of at most ${MAX_EXPRESSION_LENGTH} characters, but was ${length}`,
  hint: 'Split it over several steps, or compute it in a task',
});

function syntaxFault(error: ParseError): ExpressionFault {
  const at = error.range ? ` at character ${error.range.start + 1}` : '';
  return { code: 'EXPRESSION_INVALID', message: `expected a CEL expression, but ${lowerFirst(error.summary)}${at}` };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const ACCESS = new Set(['.', '[]', '.?', '[?]']);

/** Is it `a.b`, `a["b"]` or one of their optional forms? */
export const isAccess = (node: SyntaxNode): boolean => ACCESS.has(node.op);

/** The operands of a node, in order. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [(node.args as [SyntaxNode, string])[0]];
    case 'call':
      return (node.args as [string, SyntaxNode[]])[1];
    case 'rcall': {
      const [, receiver, args] = node.args as [string, SyntaxNode, SyntaxNode[]];
      return [receiver, ...args];
    }
    case 'map':
      return (node.args as [SyntaxNode, SyntaxNode][]).flat();
    case '!_':
    case '-_':
      return [node.args as SyntaxNode];
    default:
      return node.args as SyntaxNode[];
  }
}

function depthOf(root: SyntaxNode): number {
  let level: readonly SyntaxNode[] = [root];
  let depth = 0;
  while (level.length > 0) {
    depth += 1;
    if (depth > MAX_SYNTAX_DEPTH) break;
    level = level.flatMap(childrenOf);
  }
  return depth;
}

/** Nodes of a tree: what evaluating it once costs. */
export const weightOf = (node: SyntaxNode): number => childrenOf(node).reduce((sum, child) => sum + weightOf(child), 1);
