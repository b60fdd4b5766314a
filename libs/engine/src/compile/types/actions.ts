import { kindOf } from '../fields.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { CODE_SHAPE, TASK_SHAPE } from '../vocabulary.js';

/** The types that do one thing and end. */

export function readTask({ fields, reader, rules }: StepContext): TypeFields {
  fields.require('task', 'the task to run');
  return { fixed: optional({ task: reader.text('task', rules, checkTask), input: reader.template('input', rules) }) };
}

export const checkTask = (task: string): string | undefined =>
  TASK_SHAPE.test(task)
    ? undefined
    : `expected a task name: a letter, then at most 127 letters, digits, ".", "_" or "-", but was ${kindOf(task)}`;

export function readSet({ reader, rules }: StepContext): TypeFields {
  return { fixed: optional({ values: reader.template('values', rules), tags: reader.record('tags', rules) }) };
}

export function readFail({ reader, rules }: StepContext): TypeFields {
  const checkCode = (code: string): string | undefined =>
    CODE_SHAPE.test(code) ? undefined : `expected an error code such as CARD_DECLINED, but was ${kindOf(code)}`;
  return {
    fixed: optional({
      code: reader.text('code', rules, checkCode),
      message: reader.text('message', rules),
      details: reader.template('details', rules),
    }),
  };
}

export const readAgain = ({ reader, rules }: StepContext): TypeFields => ({
  fixed: { again: optional({ input: reader.template('input', rules) }) },
});
