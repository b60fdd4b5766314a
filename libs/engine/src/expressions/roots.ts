import type { RootName } from './template.js';

/** Every root of the language, and where it exists, in words. */
export const ROOT_PLACES: Readonly<Record<RootName, string>> = {
  input: 'everywhere',
  ctx: 'in steps',
  steps: 'in steps and in the output of the definition',
  needs: 'in steps',
  item: 'inside a forEach',
  index: 'inside a forEach or a repeat',
  last: 'inside a repeat',
  scheduledAt: 'in the expressions of a schedule',
  instance: 'everywhere',
  event: 'in the filter of an event step',
  error: 'in a catch and in a step with runOn: failure',
  output: 'in the output and compensate of a step',
  now: 'everywhere',
};

/** What `steps.<id>` shows. */
export const STEP_FACTS = ['output', 'error', 'status', 'taken', 'counts'] as const;

/** Names of types, for `type(x) == int`. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
  'int',
  'double',
  'string',
  'bool',
  'list',
  'map',
  'null_type',
  'timestamp',
  'duration',
]);
