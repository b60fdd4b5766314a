import type { Json, JsonObject } from '../model/json.js';
import { ExpressionError } from './expression-error.js';

/** A length of time; leaves an expression as ISO 8601 text. */
export class Span {
  constructor(readonly ms: number) {}
}

/** What `a.?b` yields: a value or none. None leaves an expression as null. */
export class Optional {
  static readonly none = new Optional(undefined);
  constructor(readonly value: Value | undefined) {}
}

/** What expressions compute with: JSON, and three kinds that exist only inside. Never changed once made. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap | Date | Span | Optional;
export interface ValueMap {
  readonly [key: string]: Value;
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export const isMap = (value: Value): value is ValueMap =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Span) &&
  !(value instanceof Optional);

/** CEL's name of the type of a value; whole numbers are `int`, others `double`. */
export function typeName(value: Value): string {
  if (value === null) return 'null_type';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'timestamp';
  if (value instanceof Span) return 'duration';
  return value instanceof Optional ? 'optional' : 'map';
}

const WORDS: Readonly<Record<string, string>> = {
  null_type: 'null',
  int: 'a number',
  double: 'a number',
  string: 'text',
  bool: 'true or false',
  list: 'a list',
  map: 'an object',
  timestamp: 'a timestamp',
  duration: 'a duration',
  optional: 'an optional value',
};

/** The kind of a value in words, for messages. */
export const describe = (value: Value): string => WORDS[typeName(value)] as string;

/** A value of a scope as an expression sees it. JSON is shared, not copied. */
export const fromJson = (json: Json | JsonObject): Value => json;

/** Members of an object in sorted order: the order in which they were written is not kept by the audit log. */
export const sortedKeys = (map: ValueMap): string[] => Object.keys(map).sort();

export function expectText(value: Value | undefined, what: string): string {
  if (typeof value === 'string') return value;
  throw expected(what, 'text', value);
}

export function expectNumber(value: Value | undefined, what: string): number {
  if (typeof value === 'number') return value;
  throw expected(what, 'a number', value);
}

export function expectList(value: Value | undefined, what: string): readonly Value[] {
  if (Array.isArray(value)) return value;
  throw expected(what, 'a list', value);
}

export function expectMap(value: Value | undefined, what: string): ValueMap {
  if (value !== undefined && isMap(value)) return value;
  throw expected(what, 'an object', value);
}

export function expected(what: string, kind: string, value: Value | undefined): ExpressionError {
  return new ExpressionError(`${what}: expected ${kind}, but was ${value === undefined ? 'nothing' : describe(value)}`);
}
