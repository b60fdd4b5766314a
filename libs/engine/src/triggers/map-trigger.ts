import { expressionFailure } from '../decide/expression-failure.js';
import { isTrue, keyOf } from '../decide/values.js';
import type { EvaluationScope } from '../expressions/template.js';
import { EVENT_KEY_LENGTH, INSTANCE_KEY_LENGTH } from '../compile/vocabulary.js';
import { storableFaults } from '../json/storable-faults.js';
import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { MessageTrigger, Trigger, TriggerRoots } from './trigger.js';

/** What a trigger makes of what set it off. Members it says nothing about are absent. */
export interface Mapped {
  readonly input?: Json;
  readonly key?: string;
}

/**
 * Evaluates `input` and `key`. Pure; never throws on account of the expressions or of what they read.
 * @param nowMs epoch ms: `now`
 */
export function mapTrigger(trigger: Trigger, roots: TriggerRoots, nowMs: number): Mapped | { readonly failure: Failure } {
  const scope = scopeOf(roots, nowMs);
  const longest = 'event' in trigger && trigger.event !== undefined ? EVENT_KEY_LENGTH : INSTANCE_KEY_LENGTH;
  return attempt(() => {
    const input = trigger.input?.evaluate(scope);
    const key = trigger.key && keyOf(trigger.key.evaluate(scope), 'key', longest);
    requireStorable(input);
    requireStorable(key);
    return { ...(input !== undefined && { input }), ...(key !== undefined && { key }) };
  });
}

/** Is the message for this trigger? Without a filter every one is. */
export function passesFilter(
  { filter }: MessageTrigger,
  message: Json,
  nowMs: number,
): { readonly passes: boolean } | { readonly failure: Failure } {
  return attempt(() => ({
    passes: filter === undefined || isTrue(filter.evaluate(scopeOf({ message }, nowMs)), 'filter'),
  }));
}

/** Why an input cannot start an instance of the plan; undefined when it can. */
export function inputFailure({ name, version, checkInput }: Plan, input: Json): Failure | undefined {
  const faults = checkInput?.(input) ?? [];
  const [first] = faults;
  if (first === undefined) return undefined;
  const words = `expected an input that fits the schema of ${name}@${version}; at ${first.path === '' ? '/' : first.path}: ${first.message}`;
  return { code: 'INPUT_INVALID', message: words, details: { errors: faults }, retryable: false };
}

function scopeOf({ scheduledAt, ...named }: TriggerRoots, nowMs: number): EvaluationScope {
  return {
    now: () => nowMs,
    ...(scheduledAt !== undefined && { scheduledAt: () => new Date(scheduledAt).toISOString() }),
    named: (name) => named[name as keyof typeof named] ?? null,
  };
}

function requireStorable(value: Json | undefined): void {
  const [fault] = value === undefined ? [] : storableFaults(value);
  if (fault !== undefined) throw new TypeError(`at ${fault.path === '' ? '/' : fault.path}: ${fault.message}`);
}

function attempt<T>(act: () => T): T | { readonly failure: Failure } {
  try {
    return act();
  } catch (error) {
    return { failure: expressionFailure(error) };
  }
}
