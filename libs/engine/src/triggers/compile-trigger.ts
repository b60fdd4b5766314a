import type { Json } from '../model/json.js';
import type { Problem } from '../model/problem.js';
import { Fields } from '../compile/fields.js';
import { ProblemList } from '../compile/problem-list.js';
import { reportForbiddenKeys } from '../compile/forbidden-keys.js';
import { reportUnstorable } from '../compile/report-unstorable.js';
import { readTrigger } from './read-trigger.js';
import type { Trigger } from './trigger.js';

export interface CompiledTrigger {
  /** Present when there are no errors. */
  readonly trigger?: Trigger;
  readonly problems: Problem[];
}

/**
 * Checks a trigger that stands by itself, or a stored one. All problems are told at once. Never throws.
 * @param spec JSON, of whatever depth
 */
export function compileTrigger(spec: Json): CompiledTrigger {
  const problems = new ProblemList(false);
  if (reportUnstorable(spec, problems)) return { problems: problems.all() };
  const fields = Fields.of(spec, '', 'a trigger', problems);
  if (!fields) return { problems: problems.all() };
  reportForbiddenKeys(spec, '', problems);
  const trigger = readTrigger(fields, 'api');
  return problems.hasErrors ? { problems: problems.all() } : { trigger, problems: problems.all() };
}
