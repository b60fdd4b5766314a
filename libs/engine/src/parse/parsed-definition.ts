import { bounded, MAX_PROBLEMS, moreProblems } from '../compile/problem-list.js';
import type { Json } from '../model/json.js';
import type { Problem } from '../model/problem.js';

/** 1-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ParsedDefinition {
  /** Absent when the text is not one document. */
  readonly document?: Json;
  readonly problems: readonly Problem[];
  /** Where the value of a JSON Pointer stands in the text; of its nearest parent when it is not there. */
  locate(pointer: string): Position | undefined;
}

/** Not one document. @param problemOf asked for those that are told: of very many the first */
export function failed<Fault>(faults: readonly Fault[], problemOf: (fault: Fault) => Problem): ParsedDefinition {
  const problems = faults.slice(0, MAX_PROBLEMS).map((fault) => bounded(problemOf(fault)));
  if (faults.length > MAX_PROBLEMS) problems.push(moreProblems(faults.length - MAX_PROBLEMS));
  return { problems, locate: () => undefined };
}

/** The keys and indices of a JSON Pointer (RFC 6901). */
export const pointerSegments = (pointer: string): string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

export const duplicateKey = (path: string, key: string, position: Position): Problem => ({
  severity: 'error',
  code: 'DUPLICATE_KEY',
  path,
  message: `expected each key once, but "${key}" occurs again`,
  hint: 'Keep one of them',
  ...position,
});
