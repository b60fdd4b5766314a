import {
  checksum,
  compile,
  type JsonObject,
  type KnownDefinition,
  locateProblems,
  type ParsedDefinition,
  type Plan,
  type Problem,
} from '#libs/engine';

export interface CheckOptions {
  readonly strict?: boolean;
  /** Tasks that live workers serve; absent: not looked at. */
  readonly servedTasks?: ReadonlySet<string>;
  /** Registered definitions by name; absent: children are not looked for. */
  readonly knownDefinitions?: ReadonlyMap<string, KnownDefinition>;
  /** A task nobody serves is an error. */
  readonly requireWorkers?: boolean;
}

/** A definition, checked as far as it goes. `plan` is there exactly when no problem is an error. */
export interface Checked {
  readonly document?: JsonObject;
  readonly plan?: Plan;
  readonly checksum?: string;
  /** Errors first, each in order of the text. */
  readonly problems: readonly Problem[];
}

export function checkDefinition(parsed: ParsedDefinition, options: CheckOptions): Checked {
  const { document } = parsed;
  const { strict, servedTasks: knownTasks, knownDefinitions } = options;
  if (document === undefined) return { problems: parsed.problems };
  const compiled = compile(document, { strict, knownTasks, knownDefinitions });
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
