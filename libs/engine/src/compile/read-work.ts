import type { RootRules } from '../expressions/reads.js';
import type { Template } from '../expressions/template.js';
import { pointer } from '../json/bounds.js';
import type { Json } from '../model/json.js';
import type { PlanStep } from '../model/plan.js';
import { BYTES_FORMS, parseBytes } from '../parse/bytes.js';
import { kindOf } from './fields.js';
import { NAMED_RETRIES, readRetry } from './read-retry.js';
import { optional, type DocumentContext, type StepContext } from './step-context.js';
import type { TemplateReader } from './template-reader.js';
import { LABEL_SHAPE, QUEUE_SHAPE } from './vocabulary.js';

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
      priority: reader.priority(rules),
      affinity: reader.text('affinity', rules),
      requires: readRequires(step),
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

/** Labels are texts (numbers and booleans are written as such); `memory` is a size. What is computed is checked when it is known. */
function readRequires({ fields, reader, rules }: StepContext): Record<string, Template> | undefined {
  const templates = reader.record('requires', rules);
  for (const [name, template] of Object.entries(templates ?? {})) {
    const at = pointer(fields.at('requires'), name);
    if (!LABEL_SHAPE.test(name))
      fields.problems.error(
        'VALUE_INVALID',
        at,
        `expected the name of a label, letters, digits, "_", "." or "-", but was "${name.slice(0, 60)}"`,
      );
    const value = template.isLiteral ? template.evaluate({}) : undefined;
    const fault = value === undefined ? undefined : faultOf(name, value);
    if (fault !== undefined) fields.problems.error('VALUE_INVALID', at, fault);
  }
  return templates;
}

function faultOf(name: string, value: Json): string | undefined {
  if (name === 'memory')
    return (typeof value === 'string' || typeof value === 'number') && parseBytes(String(value)) !== undefined
      ? undefined
      : `expected \`memory\` to be ${BYTES_FORMS}, but was ${JSON.stringify(value).slice(0, 60)}`;
  const isText = (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
  return isText ? undefined : `expected a text, but was ${value === '' ? 'empty' : kindOf(value)}`;
}

export const readQueue = (reader: TemplateReader, rules: RootRules): Template | undefined =>
  reader.text('queue', rules, (queue) =>
    QUEUE_SHAPE.test(queue) ? undefined : `expected a queue name of letters, digits, "_" or "-", but was ${kindOf(queue)}`,
  );
