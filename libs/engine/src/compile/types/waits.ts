import { extended } from '../rules.js';
import { parseTimestamp } from '../../expressions/functions/time-values.js';
import type { Template } from '../../expressions/template.js';
import { mayHoldExpression } from '../../expressions/split-text.js';
import { kindOf } from '../fields.js';
import { readSchema } from '../read-schema.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { EVENT_NAME_LENGTH } from '../vocabulary.js';

export function readSleep(step: StepContext): TypeFields {
  const { fields, reader, rules } = step;
  fields.requireOne(['for', 'until'], 'how long it sleeps');
  return { fixed: { sleep: optional({ for: reader.duration('for', rules), until: readTime(step, 'until') }) } };
}

/** A time: ISO 8601, epoch milliseconds, or an expression. */
function readTime({ fields, reader, rules }: StepContext, name: string): Template | undefined {
  const value = fields.get(name);
  if (value === undefined || (typeof value === 'string' && (mayHoldExpression(value) || isTime(value))) || isEpochMs(value))
    return reader.template(name, rules);
  const hint = 'Write 2030-01-31T09:00:00Z, or an expression such as ${input.at}';
  return fields.error('TIME_INVALID', name, `expected "${name}" to be a time, but was ${kindOf(value)}`, hint);
}

const isEpochMs = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 8.64e15;

/** Is it ISO 8601? */
export function isTime(text: string): boolean {
  try {
    parseTimestamp(text);
    return true;
  } catch {
    return false;
  }
}

export const checkEventName = (name: string): string | undefined =>
  name.length <= EVENT_NAME_LENGTH
    ? undefined
    : `expected the name of an event of at most ${EVENT_NAME_LENGTH} characters, but were ${name.length}`;

export function readEvent({ fields, reader, rules }: StepContext): TypeFields {
  fields.require('names', 'the names of the events it waits for');
  const list = fields.get('names');
  if (Array.isArray(list) && list.length === 0)
    fields.error('VALUE_INVALID', 'names', 'expected at least one name, but were none');
  const names = reader.texts('names', rules, checkEventName);
  const schema = fields.get('schema');
  const checkPayload = schema === undefined ? undefined : readSchema(schema, fields.at('schema'), fields.problems);
  const rest = optional({
    correlate: reader.text('correlate', rules),
    filter: reader.condition('filter', extended(rules, ['event'])),
    checkPayload,
    timeoutValue: readTimeoutValue({ fields, reader, rules }),
  });
  const match = fields.oneOf('match', ['any', 'all'], 'any');
  const early = fields.oneOf('early', ['keep', 'drop'], 'keep');
  return { fixed: names ? { event: { names, match, early, ...rest } } : {} };
}

/** What a wait yields when its time is up; says nothing without a time-out. */
export function readTimeoutValue({
  fields,
  reader,
  rules,
}: Pick<StepContext, 'fields' | 'reader' | 'rules'>): Template | undefined {
  if (fields.has('timeoutValue') && !fields.has('timeout')) {
    const message = 'expected "timeoutValue" beside a "timeout", but the step waits for ever';
    fields.problems.warning('NO_EFFECT', fields.at('timeoutValue'), message, 'Add "timeout", or remove it');
  }
  return reader.template('timeoutValue', rules);
}
