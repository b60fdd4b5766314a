import type { ProblemItem } from '#libs/contracts';
import type { Colours } from './status.js';
import { plain } from './text.js';

/**
 * One problem a block: `order.yaml:12:7  error  UNKNOWN_STEP  expected …`, then the hint.
 * @param file put before line and column; without it the place is the JSON pointer
 */
export function problemLines(problems: readonly ProblemItem[], file: string | undefined, colours?: Colours): string[] {
  return problems.flatMap((problem) => {
    const severity = colours ? colours[problem.severity === 'error' ? 'red' : 'yellow'](problem.severity) : problem.severity;
    const line = `${placeOf(problem, file)}  ${severity}  ${problem.code}  ${plain(problem.message)}`;
    return problem.hint === undefined ? [line] : [line, `    hint: ${plain(problem.hint)}`];
  });
}

function placeOf({ line, column, path }: ProblemItem, file: string | undefined): string {
  const pointer = path === '' ? 'the whole document' : plain(path);
  if (file === undefined) return `  ${line === undefined ? pointer : `line ${line}:${column ?? 1}`}`;
  return line === undefined ? `${file}  ${pointer}` : `${file}:${line}:${column ?? 1}`;
}
