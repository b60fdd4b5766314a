import type { Json } from '../model/json.js';

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

/** A business key: a text, or a number as a text. */
export function keyOf(value: Json, field: string): string {
  const key = typeof value === 'number' ? String(value) : value;
  if (typeof key === 'string' && key !== '' && key.length <= maxKeyLength) return key;
  throw new TypeError(`expected \`${field}\` to be a text of at most ${maxKeyLength} characters, but was ${kindOf(value)}`);
}

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
