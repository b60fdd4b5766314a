import { PRIORITY } from '../compile/vocabulary.js';
import type { Json } from '../model/json.js';
import type { Draft } from './draft.js';

const maxKeyLength = 255;

/** What expressions yield where a definition needs a certain kind. @throws TypeError in words */

export function isTrue(value: Json, field = 'when'): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`expected \`${field}\` to be true or false, but was ${kindOf(value)}`);
  return value;
}

export function textOf(value: Json, field: string): string {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`expected \`${field}\` to be a text, but was ${kindOf(value)}`);
  return value;
}

/** A name that was computed becomes part of names on the broker, just as one that was written down. */
export function nameOf(value: Json, field: string, shape: RegExp): string {
  const name = textOf(value, field);
  if (!shape.test(name))
    throw new TypeError(`expected \`${field}\` to be the name of a ${field}, but was ${JSON.stringify(name.slice(0, 100))}`);
  return name;
}

/** A text of a bounded length: it becomes part of an index, or of a name on the broker. */
export function shortText(value: Json, field: string, most: number): string {
  const text = textOf(value, field);
  if (text.length <= most) return text;
  throw new TypeError(`expected \`${field}\` to have at most ${most} characters, but it has ${text.length}`);
}

/** A key: a text, or a number as a text. Orders have numbers, keys are text: 17 and "17" are the same key. */
export const keyOf = (value: Json, field: string, most = maxKeyLength): string =>
  shortText(typeof value === 'number' ? String(value) : value, field, most);

export function priorityOf(value: Json): number {
  const priority = wholeNumber(value, 'priority');
  if (priority >= PRIORITY.min && priority <= PRIORITY.max) return priority;
  throw new TypeError(`expected \`priority\` to be from ${PRIORITY.min} to ${PRIORITY.max}, but was ${priority}`);
}

/** Where the step says none: of the start, of the definition, of the queue, or 0. */
export const usualPriority = ({ state, plan, context }: Draft, queue: string): number =>
  state.priority ?? plan.priority ?? context.queuePriority?.(queue) ?? PRIORITY.min;

export function wholeNumber(value: Json, field: string): number {
  if (!Number.isInteger(value)) throw new TypeError(`expected \`${field}\` to be a whole number, but was ${kindOf(value)}`);
  return value as number;
}

export function listOf(value: Json, field: string): Json[] {
  if (!Array.isArray(value)) throw new TypeError(`expected \`${field}\` to be a list, but was ${kindOf(value)}`);
  return value;
}

export const kindOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : value === '' ? 'an empty text' : `a ${typeof value}`;
