import type { Json, JsonObject } from '../../model/json.js';
import { parseTimestamp, timestamp } from '../../expressions/functions/time-values.js';
import { EVENT_KEY_LENGTH } from '../../compile/vocabulary.js';
import { keyOf, kindOf, listOf } from '../values.js';

/** What expressions of waits yield. @throws TypeError, ExpressionError in words */

/** A point in time: ISO 8601, or epoch ms. */
export function timeOf(value: Json, field: string): number {
  if (typeof value === 'string') return parseTimestamp(value).getTime();
  if (typeof value === 'number') return timestamp(Math.round(value)).getTime();
  throw new TypeError(`expected \`${field}\` to be a time, but was ${kindOf(value)}`);
}

export function textsOf(value: Json, field: string, { mayBeEmpty = false, longest = Infinity } = {}): string[] {
  const list = listOf(value, field);
  if (list.length === 0 && !mayBeEmpty) throw new TypeError(`expected \`${field}\` to name at least one, but was empty`);
  const other = list.find((item) => typeof item !== 'string' || item === '');
  if (other !== undefined) throw new TypeError(`expected \`${field}\` to be a list of texts, but one is ${kindOf(other)}`);
  const long = (list as string[]).find((item) => item.length > longest);
  if (long !== undefined)
    throw new TypeError(`expected each of \`${field}\` to have at most ${longest} characters, but one has ${long.length}`);
  return list as string[];
}

/** A text that may be empty. */
export function plainText(value: Json, field: string): string {
  if (typeof value !== 'string') throw new TypeError(`expected \`${field}\` to be a text, but was ${kindOf(value)}`);
  return value;
}

/** By which events find their wait, as long as the door for events takes it. */
export const eventKeyOf = (value: Json, field: string): string => keyOf(value, field, EVENT_KEY_LENGTH);

export function objectOf(value: Json, field: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new TypeError(`expected \`${field}\` to be an object, but was ${kindOf(value)}`);
  return value;
}
