import { mayHoldExpression } from '../../expressions/split-text.js';
import type { Template } from '../../expressions/template.js';
import type { Json } from '../../model/json.js';
import type { AskPlan, Duration } from '../../model/plan.js';
import { parseDuration } from '../../parse/duration.js';
import { kindOf } from '../fields.js';
import { readSchema } from '../read-schema.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { isTime, readTimeoutValue } from './waits.js';

const KINDS = ['approval', 'choice', 'text', 'form'] as const;
const APPROVALS: readonly Json[] = ['approved', 'rejected'];

export function readAsk(step: StepContext): TypeFields {
  const { fields, reader, rules } = step;
  fields.require('kind', `what is asked: ${KINDS.join(', ')}`);
  const kind = fields.oneOf('kind', KINDS, 'approval');
  const ask: AskPlan = {
    kind,
    ...optional({
      name: reader.text('name', rules),
      prompt: reader.text('prompt', rules),
      choices: readChoices(step, kind),
      form: readForm(step, kind),
      assignees: reader.texts('assignees', rules),
      due: readDue(step),
      timeoutValue: readTimeoutValue(step),
    }),
  };
  checkTimeoutValue(step, ask);
  return { fixed: { ask } };
}

function readChoices({ fields, reader, rules }: StepContext, kind: AskPlan['kind']): Template | undefined {
  if (kind === 'choice') fields.require('choices', 'what can be chosen');
  else warnOfOther(fields, 'choices', 'choice', kind);
  const list = fields.get('choices');
  if (Array.isArray(list) && list.length === 0)
    return fields.error('VALUE_INVALID', 'choices', 'expected at least one choice, but were none');
  return reader.texts('choices', rules);
}

function readForm({ fields }: StepContext, kind: AskPlan['kind']): AskPlan['form'] {
  if (kind === 'form') fields.require('form', 'a JSON Schema of the form');
  else warnOfOther(fields, 'form', 'form', kind);
  const schema = fields.get('form');
  const check = schema === undefined ? undefined : readSchema(schema, fields.at('form'), fields.problems);
  return schema === undefined || check === undefined ? undefined : { schema, check };
}

function warnOfOther(fields: StepContext['fields'], name: string, owner: string, kind: string): void {
  if (!fields.has(name)) return;
  const message = `expected "${name}" with kind: ${owner}, but the kind is ${kind}`;
  fields.problems.warning('NO_EFFECT', fields.at(name), message, `Remove "${name}", or write kind: ${owner}`);
}

/** A duration from the opening of the question, or a time. */
function readDue({ fields, reader, rules }: StepContext): Duration | undefined {
  const value = fields.get('due');
  if (value === undefined) return undefined;
  if (typeof value === 'string' && (mayHoldExpression(value) || isTime(value))) return reader.template('due', rules);
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms !== undefined) return ms;
  const hint = 'Write 3d, 2030-01-31T09:00:00Z or an expression';
  return fields.error('TIME_INVALID', 'due', `expected "due" to be a duration or a time, but was ${kindOf(value)}`, hint);
}

/** A value that no answer could have is allowed (a branch may tell it apart), but more often a slip of the pen. */
function checkTimeoutValue({ fields }: StepContext, { kind, timeoutValue, choices }: AskPlan): void {
  if (!timeoutValue?.isLiteral) return;
  const value = timeoutValue.evaluate({});
  const answers = kind === 'approval' ? APPROVALS : kind === 'choice' && choices?.isLiteral ? choices.evaluate({}) : undefined;
  if (Array.isArray(answers) && answers.includes(value)) return;
  if (!answers && (kind !== 'text' || typeof value === 'string')) return;
  const wanted = Array.isArray(answers) ? answers.slice(0, 10).map(kindOf).join(', ') : 'a text';
  fields.problems.warning(
    'TIMEOUT_VALUE_UNUSUAL',
    fields.at('timeoutValue'),
    `expected an answer that a person could give too (${wanted}), but was ${kindOf(value)}`,
    'Write one of these, or keep it if later steps tell it apart',
  );
}
