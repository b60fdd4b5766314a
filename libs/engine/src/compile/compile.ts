import type { Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { Problem } from '../model/problem.js';
import type { KnownDefinition } from './children.js';
import { Fields } from './fields.js';
import { reportForbiddenKeys } from './forbidden-keys.js';
import { ProblemList } from './problem-list.js';
import { readDocument } from './read-document.js';
import { reportUnstorable } from './report-unstorable.js';
import { LIMITS } from './vocabulary.js';

export interface CompileOptions {
  /** It was registered once, maybe under wider bounds: what instances run on must go on to compile. */
  readonly stored?: boolean;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** Tasks that live workers serve; when given, others are warned of. */
  readonly knownTasks?: Iterable<string>;
  /** Registered definitions by name; when given, children that are none of them are warned of. */
  readonly knownDefinitions?: ReadonlyMap<string, KnownDefinition>;
}

export interface Compiled {
  /** Present when there are no errors. */
  readonly plan?: Plan;
  /** Everything that is wrong or doubtful, errors first. */
  readonly problems: Problem[];
}

/**
 * Checks a definition and makes the plan of it. All problems are told at once. Never throws.
 * @param document what `parseDefinition` (or `JSON.parse`) made of the text
 */
export function compile(document: unknown, options: CompileOptions = {}): Compiled {
  const problems = new ProblemList(options.strict ?? false, options.stored);
  if (reportUnstorable(document, problems)) return { problems: problems.all() };
  const size = Buffer.byteLength(JSON.stringify(document));
  if (size > LIMITS.definitionBytes)
    problems.error(
      'DEFINITION_TOO_LARGE',
      '',
      `expected a definition of at most ${LIMITS.definitionBytes} bytes, but was ${size}`,
    );
  const fields = Fields.of(document as Json, '', 'a definition', problems);
  if (!fields) return { problems: problems.all() };
  reportForbiddenKeys(document as Json, '', problems);
  const plan = readDocument(fields, options, problems);
  return problems.hasErrors ? { problems: problems.all() } : { plan, problems: problems.all() };
}
