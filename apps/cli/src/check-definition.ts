import { compile, locateProblems, parseDefinition, type Problem } from '#libs/engine';
import type { DefinitionFile } from './definition-file.js';

export interface CheckedDefinition {
  readonly isValid: boolean;
  readonly name?: string;
  readonly version?: string;
  /** Errors first, each with its line where the text has one. */
  readonly problems: readonly Problem[];
}

/** Everything that can be known about a definition without a server. */
export function checkDefinition({ text, format }: DefinitionFile, options: { strict?: boolean }): CheckedDefinition {
  const parsed = parseDefinition(text, format);
  const compiled = parsed.document === undefined ? { problems: [] } : compile(parsed.document, { strict: options.strict });
  const problems = locateProblems([...parsed.problems, ...compiled.problems], parsed.locate);
  problems.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning') || (a.line ?? 0) - (b.line ?? 0));
  const { name, version } = (parsed.document ?? {}) as { name?: string; version?: string };
  const isValid = !problems.some((problem) => problem.severity === 'error');
  return { isValid, name, version, problems };
}
