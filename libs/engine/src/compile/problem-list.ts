import type { Problem } from '../model/problem.js';

/** More would help nobody, and a hostile document must not make a huge answer. */
const MAX_PROBLEMS = 1_000;

/** Collects everything that is wrong with a definition. */
export class ProblemList {
  private readonly found: Problem[] = [];
  private dropped = 0;

  /** @param strict warnings count as errors */
  constructor(private readonly strict: boolean) {}

  error(code: string, path: string, message: string, hint?: string): void {
    this.add({ severity: 'error', code, path, message, ...(hint !== undefined && { hint }) });
  }

  warning(code: string, path: string, message: string, hint?: string): void {
    this.add({ severity: this.strict ? 'error' : 'warning', code, path, message, ...(hint !== undefined && { hint }) });
  }

  get hasErrors(): boolean {
    return this.found.some((problem) => problem.severity === 'error');
  }

  /** Errors first, otherwise in the order in which they were found. */
  all(): Problem[] {
    const rank = (problem: Problem): number => (problem.severity === 'error' ? 0 : 1);
    const sorted = this.found.toSorted((a, b) => rank(a) - rank(b));
    if (this.dropped === 0) return sorted;
    const message = `expected a definition with fewer problems, but ${this.dropped} more were found`;
    return [...sorted, { severity: 'warning', code: 'MORE_PROBLEMS', path: '', message, hint: 'Mend these first' }];
  }

  private add(problem: Problem): void {
    if (this.found.length < MAX_PROBLEMS || (problem.severity === 'error' && !this.hasErrors)) this.found.push(problem);
    else this.dropped += 1;
  }
}
