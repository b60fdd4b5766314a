import type { Problem } from '../model/problem.js';

/** More would help nobody, and a hostile document must not make a huge answer. */
export const MAX_PROBLEMS = 1_000;

/** Characters of a message or a hint, and of a path: names in a hostile document may be as long as the whole. */
const MAX_WORDS = 2_000;
const MAX_PATH = 4_096;

const clipped = (words: string): string => (words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}…` : words);

/** The problem as it is, or with long words cut off and the nearest place that has a path of bearable length. */
export function bounded(problem: Problem): Problem {
  const { path, message, hint } = problem;
  return {
    ...problem,
    path: path.length > MAX_PATH ? path.slice(0, Math.max(0, path.lastIndexOf('/', MAX_PATH))) : path,
    message: clipped(message),
    ...(hint !== undefined && { hint: clipped(hint) }),
  };
}

export const moreProblems = (dropped: number): Problem => ({
  severity: 'warning',
  code: 'MORE_PROBLEMS',
  path: '',
  message: `expected a definition with fewer problems, but ${dropped} more were found`,
  hint: 'Mend these first',
});

/** What to do about it; a function when finding the words takes work that a thousandth problem is not worth. */
export type Hint = string | (() => string);

/** Collects everything that is wrong with a definition. */
export class ProblemList {
  private readonly found: Problem[] = [];
  private dropped = 0;
  private errors = 0;

  /**
   * @param strict   warnings count as errors
   * @param isStored it was registered once, and must go on to run: bounds that have become narrower since do not count
   */
  constructor(
    private readonly strict: boolean,
    readonly isStored = false,
  ) {}

  error(code: string, path: string, message: string, hint?: Hint): void {
    this.add({ severity: 'error', code, path, message }, hint);
  }

  warning(code: string, path: string, message: string, hint?: Hint): void {
    this.add({ severity: this.strict ? 'error' : 'warning', code, path, message }, hint);
  }

  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /** Errors first, otherwise in the order in which they were found. */
  all(): Problem[] {
    const rank = (problem: Problem): number => (problem.severity === 'error' ? 0 : 1);
    const sorted = this.found.toSorted((a, b) => rank(a) - rank(b));
    return this.dropped === 0 ? sorted : [...sorted, moreProblems(this.dropped)];
  }

  private add(problem: Problem, hint: Hint | undefined): void {
    const isFirstError = problem.severity === 'error' && this.errors === 0;
    if (problem.severity === 'error') this.errors += 1;
    if (this.found.length >= MAX_PROBLEMS && !isFirstError) return void (this.dropped += 1);
    const words = typeof hint === 'function' ? hint() : hint;
    this.found.push(bounded(words === undefined ? problem : { ...problem, hint: words }));
  }
}
