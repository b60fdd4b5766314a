import type { PlanStep } from '../model/plan.js';
import { extended } from './rules.js';
import { DEFAULT_TIMEOUT_MS, readQueue } from './read-work.js';
import { readRetry } from './read-retry.js';
import { optional, type DocumentContext, type StepContext } from './step-context.js';
import { checkTask } from './types/actions.js';

const FIELDS = new Set(['task', 'input', 'queue', 'retry', 'timeout', 'priority']);

/** `compensate`: the task step that undoes a step. Its expressions see `output` beside what the step sees. */
export function readCompensate(step: StepContext, index: number, { defaults }: DocumentContext): PlanStep | undefined {
  const fields = step.fields.object('compensate', FIELDS, 'compensate');
  if (!fields) return undefined;
  fields.require('task', 'the task that undoes the step');
  const reader = step.reader.of(fields);
  const rules = extended(step.rules, ['output']);
  return {
    id: '~undo',
    index,
    type: 'task',
    needs: [],
    dependents: [],
    required: 0,
    joinKind: 'all',
    runOn: 'success',
    cancelRest: false,
    allowFailure: false,
    retry: readRetry(fields) ?? defaults.retry,
    timeout: reader.duration('timeout', rules) ?? DEFAULT_TIMEOUT_MS,
    effect: 'atLeastOnce',
    onCancel: 'request',
    isClaimed: false,
    ...optional({
      task: reader.text('task', rules, checkTask),
      input: reader.template('input', rules),
      queue: readQueue(reader, rules),
      priority: reader.priority(rules),
    }),
  };
}
