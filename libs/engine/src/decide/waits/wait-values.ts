import type { Json, JsonObject } from '../../model/json.js';
import { parseTimestamp, timestamp } from '../../expressions/functions/time-values.js';
import { kindOf, listOf } from '../values.js';

/** What expressions of waits yield. @throws TypeError, ExpressionError in words */

/** A point in time: ISO 8601, or epoch ms. */
export function timeOf(value: Json, field: string): number {
  if (typeof value === 'string') return parseTimestamp(value).getTime();
  if (typeof value === 'number') return timestamp(Math.round(value)).getTime();
  throw new TypeError(`expected \`${field}\` to be a time, but was ${kindOf(value)}`);
}

export function textsOf(value: Json, field: string, { mayBeEmpty = false } = {}): string[] {
  const list = listOf(value, field);
  if (list.length === 0 && !mayBeEmpty) throw new TypeError(`expected \`${field}\` to name at least one, but was empty`);
  const other = list.find((item) => typeof item !== 'string' || item === '');
  if (other !== undefined) throw new TypeError(`expected \`${field}\` to be a list of texts, but one is ${kindOf(other)}`);
  return list as string[];
}

/** A text that may be empty. */
export function plainText(value: Json, field: string): string {
  if (typeof value !== 'string') throw new TypeError(`expected \`${field}\` to be a text, but was ${kindOf(value)}`);
  return value;
}

/** By which events find their wait. Orders have numbers, keys are text: 17 and "17" are the same key. */
export function keyOf(value: Json, field: string): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`expected \`${field}\` to be a text or a number, but was ${kindOf(value)}`);
}

export function objectOf(value: Json, field: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new TypeError(`expected \`${field}\` to be an object, but was ${kindOf(value)}`);
  return value;
}
