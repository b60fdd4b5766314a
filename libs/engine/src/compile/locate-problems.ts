import type { Problem } from '../model/problem.js';
import type { Position } from '../parse/parsed-definition.js';

/** The same problems with the line and column of their places in the text. */
export function locateProblems(problems: readonly Problem[], locate: (pointer: string) => Position | undefined): Problem[] {
  return problems.map((problem) => (problem.line === undefined ? { ...problem, ...locate(problem.path) } : problem));
}
