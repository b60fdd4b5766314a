import { hintFor } from '../expressions/nearest.js';
import { mayHoldExpression } from '../expressions/split-text.js';
import { pointer } from '../json/bounds.js';
import type { Json, JsonObject } from '../model/json.js';
import { DURATION_FORMS, parseDuration } from '../parse/duration.js';
import type { Hint, ProblemList } from './problem-list.js';
import { CODE_SHAPE, PRIORITY } from './vocabulary.js';

/** What a value is, in words. */
export function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : String(value);
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An object of the definition whose fields are read one by one. Each reader answers undefined when the field is absent or wrong;
 * what is wrong is in the list of problems then.
 */
export class Fields {
  constructor(
    readonly value: JsonObject,
    readonly path: string,
    readonly problems: ProblemList,
  ) {}

  /** The value as an object with fields; a problem and undefined when it is something else. */
  static of(value: Json | undefined, path: string, what: string, problems: ProblemList): Fields | undefined {
    if (isObject(value)) return new Fields(value, path, problems);
    problems.error('WRONG_TYPE', path, `expected ${what} to be an object, but was ${kindOf(value)}`);
    return undefined;
  }

  at(name: string): string {
    return pointer(this.path, name);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.value, name);
  }

  get(name: string): Json | undefined {
    return this.has(name) ? this.value[name] : undefined;
  }

  error(code: string, name: string, message: string, hint?: Hint): undefined {
    this.problems.error(code, this.at(name), message, hint);
    return undefined;
  }

  /** Fields that nobody knows. */
  checkNames(known: ReadonlySet<string>, what: string): void {
    for (const name of Object.keys(this.value)) {
      if (known.has(name)) continue;
      const hint = (): string => hintFor(name, known, `The fields are ${[...known].join(', ')}`);
      this.error('UNKNOWN_FIELD', name, `expected a field of ${what}, but was "${name.slice(0, 60)}"`, hint);
    }
  }

  require(name: string, what: string): void {
    if (!this.has(name))
      this.problems.error('MISSING_FIELD', this.at(name), `expected ${what}, but there is none`, `Add "${name}"`);
  }

  /** Exactly one of several fields. */
  requireOne(names: readonly string[], what: string): void {
    const given = names.filter((name) => this.has(name));
    const list = names.join(' or ');
    if (given.length === 0)
      this.problems.error('MISSING_FIELD', this.at(names[0]!), `expected ${what}, but there is neither ${list}`, `Add ${list}`);
    for (const name of given.slice(1))
      this.error('FIELDS_EXCLUDE', name, `expected one of ${list}, but both are there`, `Remove one of them`);
  }

  /** An object with these fields; absent or wrong: undefined. */
  object(name: string, known: ReadonlySet<string>, what: string): Fields | undefined {
    const value = this.get(name);
    const fields = value === undefined ? undefined : Fields.of(value, this.at(name), `"${name}"`, this.problems);
    fields?.checkNames(known, what);
    return fields;
  }

  /** A list; empty when it is absent or wrong. */
  list(name: string, hint: string): readonly Json[] {
    const value = this.get(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.error('WRONG_TYPE', name, `expected "${name}" to be a list, but was ${kindOf(value)}`, hint);
    return [];
  }

  /** A list of error codes. */
  codes(name: string): string[] | undefined {
    const codes = this.texts(name);
    codes?.forEach((code, index) => {
      if (!CODE_SHAPE.test(code))
        this.problems.error(
          'VALUE_INVALID',
          pointer(this.at(name), index),
          `expected an error code such as CARD_DECLINED, but was ${kindOf(code)}`,
        );
    });
    return codes;
  }

  /** Plain text: an expression is refused. */
  text(name: string, maxLength = 10_000): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string')
      return this.error('WRONG_TYPE', name, `expected "${name}" to be text, but was ${kindOf(value)}`, quoteHint(value));
    if (this.refuseExpression(name, value)) return undefined;
    if (value.length > maxLength)
      return this.error('LIMIT_EXCEEDED', name, `expected at most ${maxLength} characters, but were ${value.length}`);
    return value;
  }

  pattern(name: string, shape: RegExp, words: string, hint?: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || shape.test(value)) return value;
    return this.error(`${snake(name)}_INVALID`, name, `expected ${words}, but was ${kindOf(value)}`, hint);
  }

  flag(name: string): boolean {
    const value = this.get(name);
    if (typeof value === 'boolean') return value;
    if (value !== undefined && !(typeof value === 'string' && this.refuseExpression(name, value))) {
      this.error('WRONG_TYPE', name, `expected "${name}" to be true or false, but was ${kindOf(value)}`);
    }
    return false;
  }

  oneOf<T extends string>(name: string, words: readonly T[], otherwise: T): T {
    const value = this.get(name);
    if (value === undefined) return otherwise;
    if (typeof value === 'string' && (words as readonly string[]).includes(value)) return value as T;
    if (typeof value === 'string' && this.refuseExpression(name, value)) return otherwise;
    const list = words.join(', ');
    const hint = typeof value === 'string' ? hintFor(value, words, `Use one of ${list}`) : `Use one of ${list}`;
    this.error('UNKNOWN_VALUE', name, `expected "${name}" to be one of ${list}, but was ${kindOf(value)}`, hint);
    return otherwise;
  }

  /** Milliseconds. */
  duration(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && this.refuseExpression(name, value)) return undefined;
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms !== undefined) return ms;
    const hint = typeof value === 'number' ? `Say the unit: "${value}s" or "${value}ms"` : `Write ${DURATION_FORMS}`;
    return this.error('DURATION_INVALID', name, `expected a duration such as 30s, but was ${kindOf(value)}`, hint);
  }

  number(name: string, min: number, max: number, isWhole = true): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && this.refuseExpression(name, value)) return undefined;
    if (typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
    const kind = isWhole ? 'a whole number' : 'a number';
    const code = typeof value === 'number' ? 'VALUE_OUT_OF_RANGE' : 'WRONG_TYPE';
    return this.error(code, name, `expected "${name}" to be ${kind} from ${min} to ${max}, but was ${kindOf(value)}`);
  }

  /** From 0 to 9; of a definition that was registered when any number was one, the nearest. */
  priority(): number | undefined {
    if (!this.problems.isStored) return this.number('priority', PRIORITY.min, PRIORITY.max);
    const priority = this.number('priority', -1_000_000, 1_000_000);
    return priority === undefined ? undefined : Math.min(PRIORITY.max, Math.max(PRIORITY.min, priority));
  }

  texts(name: string): string[] | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    return this.error(
      'WRONG_TYPE',
      name,
      `expected "${name}" to be a list of texts, but was ${kindOf(value)}`,
      'Write it in brackets: ["a", "b"]',
    );
  }

  private refuseExpression(name: string, value: string): boolean {
    if (!mayHoldExpression(value)) return false;
    this.error(
      'EXPRESSION_NOT_ALLOWED',
      name,
      `expected a fixed value for "${name}", but was an expression`,
      'This is decided when the definition is registered: write the value itself',
    );
    return true;
  }
}

const quoteHint = (value: Json): string | undefined =>
  typeof value === 'number' || typeof value === 'boolean' ? `Quote it: "${String(value)}"` : undefined;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
