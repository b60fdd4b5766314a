import { TASK_SHAPE } from '../compile/vocabulary.js';
import type { Template } from '../expressions/template.js';
import type { Draft } from './draft.js';
import { type At, evaluate } from './evaluation.js';
import { nameOf } from './values.js';

/**
 * The task of a step. One that is computed must be named by a definition or a worker: for a slip no worker would ever come.
 * @throws ExpressionError, TypeError
 */
export function taskOf(draft: Draft, template: Template, at: At): string {
  const task = nameOf(evaluate(draft, template, at), 'task', TASK_SHAPE);
  const { plan, context } = draft;
  if (template.isLiteral || context.isKnownTask?.(task) !== false || plan.tasks.includes(task)) return task;
  throw new TypeError(`expected \`task\` to be one that a definition or a worker names, but nobody names "${task}"`);
}
