import type { RootRules } from '../expressions/reads.js';
import type { Template } from '../expressions/template.js';
import type { PlanStep } from '../model/plan.js';
import { kindOf } from './fields.js';
import { NAMED_RETRIES, readRetry } from './read-retry.js';
import { optional, type DocumentContext, type StepContext } from './step-context.js';
import type { TemplateReader } from './template-reader.js';
import { PRIORITY, QUEUE_SHAPE } from './vocabulary.js';

/** One attempt of a task, when nothing else is said. */
export const DEFAULT_TIMEOUT_MS = 600_000;

type Work = Pick<
  PlanStep,
  | 'retry' | 'timeout' | 'effect' | 'onCancel' | 'isClaimed' | 'heartbeat' | 'totalTimeout' | 'queueTimeout' | 'queue' | 'priority'
  | 'affinity' | 'requires' | 'slots'
>; // prettier-ignore

/** Everything about how work is sent to workers, and about time; with its defaults, so that the plan has one shape. */
export function readWork(step: StepContext, document: DocumentContext): Work {
  const { fields, reader, rules, type } = step;
  const timeout = reader.duration('timeout', rules) ?? (type === 'task' ? DEFAULT_TIMEOUT_MS : undefined);
  const heartbeat = reader.duration('heartbeat', rules);
  const effect = fields.oneOf('effect', ['atLeastOnce', 'atMostOnce'], 'atLeastOnce');
  const isLong = typeof timeout === 'object' || (timeout ?? 0) > DEFAULT_TIMEOUT_MS;
  return {
    retry: retryOf(step, document),
    effect,
    onCancel: fields.oneOf('onCancel', ['abandon', 'request', 'wait'], 'request'),
    isClaimed: type === 'task' && (effect === 'atMostOnce' || heartbeat !== undefined || isLong),
    ...optional({
      timeout: type === 'sleep' ? undefined : timeout,
      heartbeat,
      totalTimeout: reader.duration('totalTimeout', rules),
      queueTimeout: reader.duration('queueTimeout', rules),
      queue: readQueue(reader, rules),
      priority: reader.whole('priority', PRIORITY.min, PRIORITY.max, rules),
      affinity: reader.text('affinity', rules),
      requires: reader.record('requires', rules),
      slots: fields.number('slots', 1, 1_000),
    }),
  };
}

/** Children are started again as tasks are; one with a key is attached to, not started again. */
function retryOf({ fields, type }: StepContext, { defaults }: DocumentContext): PlanStep['retry'] {
  const isTried = type === 'task' || (type === 'workflow' && !fields.has('key'));
  const own = readRetry(fields);
  return isTried ? (own ?? defaults.retry) : NAMED_RETRIES['none']!;
}

export const readQueue = (reader: TemplateReader, rules: RootRules): Template | undefined =>
  reader.text('queue', rules, (queue) =>
    QUEUE_SHAPE.test(queue) ? undefined : `expected a queue name of letters, digits, "_" or "-", but was ${kindOf(queue)}`,
  );
