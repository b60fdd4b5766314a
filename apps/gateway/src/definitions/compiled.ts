import { checksum, compile, type JsonObject, locateProblems, parseDefinition, type Plan, type Problem } from '#libs/engine';

export interface CheckOptions {
  readonly strict?: boolean;
  /** Tasks that live workers serve; absent: not looked at. */
  readonly servedTasks?: ReadonlySet<string>;
  /** A task nobody serves is an error. */
  readonly requireWorkers?: boolean;
}

/** A definition as text, checked as far as it goes. `plan` is there exactly when no problem is an error. */
export interface Checked {
  readonly document?: JsonObject;
  readonly plan?: Plan;
  readonly checksum?: string;
  /** Errors first, each in order of the text. */
  readonly problems: readonly Problem[];
}

export function checkDefinition(text: string, format: 'json' | 'yaml', options: CheckOptions): Checked {
  const parsed = parseDefinition(text, format);
  const { document } = parsed;
  if (document === undefined) return { problems: parsed.problems };
  const compiled = compile(document, { strict: options.strict, ...(options.servedTasks && { knownTasks: options.servedTasks }) });
  const found = [...parsed.problems, ...compiled.problems.map((problem) => sharpened(problem, options))];
  const problems = [...locateProblems(found, (pointer) => parsed.locate(pointer))].sort(errorsFirst);
  const isFaulty = problems.some(({ severity }) => severity === 'error');
  if (isFaulty || !compiled.plan) return { ...(isObject(document) && { document }), problems };
  return { document: document as JsonObject, plan: compiled.plan, checksum: checksum(document), problems };
}

const sharpened = (problem: Problem, { requireWorkers }: CheckOptions): Problem =>
  requireWorkers === true && problem.code === 'TASK_NOT_SERVED' ? { ...problem, severity: 'error' } : problem;

const errorsFirst = (a: Problem, b: Problem): number =>
  Number(a.severity === 'warning') - Number(b.severity === 'warning') || (a.line ?? 0) - (b.line ?? 0);

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
