import { hintFor } from '../expressions/nearest.js';
import type { RetryPolicy } from '../model/plan.js';
import { Fields, isObject, kindOf } from './fields.js';

/** What a task gets when nothing is said (LANGUAGE §3). */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 3,
  backoff: 'exponential',
  delayMs: 1_000,
  factor: 2,
  maxDelayMs: 60_000,
  jitter: 0.2,
  nonRetryable: [],
};

/** Policies that have a name (LANGUAGE §4). */
export const NAMED_RETRIES: Readonly<Record<string, RetryPolicy>> = {
  aggressive: { ...DEFAULT_RETRY, maxAttempts: 5, delayMs: 1_000, maxDelayMs: 15_000 },
  conservative: { ...DEFAULT_RETRY, maxAttempts: 3, delayMs: 2_000, maxDelayMs: 30_000 },
  patient: { ...DEFAULT_RETRY, maxAttempts: 10, delayMs: 5_000, maxDelayMs: 300_000 },
  none: { ...DEFAULT_RETRY, maxAttempts: 1 },
};

const FIELDS = new Set(['maxAttempts', 'backoff', 'delay', 'factor', 'maxDelay', 'jitter', 'nonRetryable', 'within']);

/** The policy of `retry`: a name, or an object whose missing fields have their default values. Undefined when absent or wrong. */
export function readRetry(parent: Fields): RetryPolicy | undefined {
  const value = parent.get('retry');
  if (value === undefined) return undefined;
  if (typeof value === 'string') return readName(parent, value);
  if (isObject(value)) return readPolicy(new Fields(value, parent.at('retry'), parent.problems));
  return parent.error(
    'WRONG_TYPE',
    'retry',
    `expected a retry policy or the name of one, but was ${kindOf(value)}`,
    'Write { maxAttempts: 3 } or patient',
  );
}

function readName(parent: Fields, name: string): RetryPolicy | undefined {
  if (Object.hasOwn(NAMED_RETRIES, name)) return NAMED_RETRIES[name];
  const names = Object.keys(NAMED_RETRIES);
  const hint = hintFor(name, names, 'Or write a policy: { maxAttempts: 3 }');
  return parent.error('UNKNOWN_VALUE', 'retry', `expected one of ${names.join(', ')}, but was ${kindOf(name)}`, hint);
}

function readPolicy(fields: Fields): RetryPolicy {
  fields.checkNames(FIELDS, 'a retry policy');
  const withinMs = fields.duration('within');
  const policy: RetryPolicy = {
    maxAttempts: fields.number('maxAttempts', 1, 10_000) ?? DEFAULT_RETRY.maxAttempts,
    backoff: fields.oneOf('backoff', ['exponential', 'linear', 'constant'], DEFAULT_RETRY.backoff),
    delayMs: fields.duration('delay') ?? DEFAULT_RETRY.delayMs,
    factor: fields.number('factor', 1, 100, false) ?? DEFAULT_RETRY.factor,
    maxDelayMs: fields.duration('maxDelay') ?? DEFAULT_RETRY.maxDelayMs,
    jitter: fields.number('jitter', 0, 1, false) ?? DEFAULT_RETRY.jitter,
    nonRetryable: fields.codes('nonRetryable') ?? [],
    ...(withinMs !== undefined && { withinMs }),
  };
  // A first delay above the default cap means the cap, too, was meant to be higher.
  if (fields.has('maxDelay') || policy.delayMs <= policy.maxDelayMs) return checkCap(fields, policy);
  return { ...policy, maxDelayMs: policy.delayMs };
}

function checkCap(fields: Fields, policy: RetryPolicy): RetryPolicy {
  if (policy.delayMs > policy.maxDelayMs) {
    fields.error(
      'VALUE_OUT_OF_RANGE',
      'maxDelay',
      `expected "maxDelay" to be at least "delay", but ${policy.maxDelayMs} ms is less than ${policy.delayMs} ms`,
    );
  }
  return policy;
}
