import type { Json } from '../model/json.js';
import { isStorableNumber, isStorableText, MAX_JSON_DEPTH, MAX_JSON_VALUES, pointer } from './bounds.js';

/** The value to store, and what had to be replaced, in words (absent: nothing). */
export interface Storable {
  readonly value: Json;
  readonly note?: string;
}

/**
 * Makes any value storable, so that no handler's output and no event's payload can make an instance un-persistable:
 * U+0000 and lone surrogates become U+FFFD, NaN and infinities null, numbers beyond ±(2^53 − 1) their digits as text,
 * and what lies deeper than 64 levels null. `undefined` is null. A clean value is returned as it is, without a copy.
 */
export function storable(value: unknown): Storable {
  if (isClean(value, 0, { left: MAX_JSON_VALUES })) return { value: value as Json };
  const repair = new Repair();
  const repaired = repair.any(value, '', 0);
  return repair.changes === 0 ? { value: repaired } : { value: repaired, note: repair.note() };
}

function isClean(value: unknown, depth: number, budget: { left: number }): boolean {
  switch (typeof value) {
    case 'string':
      return isStorableText(value);
    case 'number':
      return isStorableNumber(value);
    case 'boolean':
      return true;
    case 'object':
      return value === null || isCleanComposite(value, depth + 1, budget);
    default:
      return false;
  }
}

function isCleanComposite(value: object, depth: number, budget: { left: number }): boolean {
  if (depth > MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) {
    if ((budget.left -= value.length + 1) < 0) return false;
    for (let i = 0; i < value.length; i++) if (!isClean(value[i], depth, budget)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const keys = Object.keys(value);
  if ((budget.left -= keys.length + 1) < 0) return false;
  for (const key of keys) {
    if (!isStorableText(key) || !isClean((value as Record<string, unknown>)[key], depth, budget)) return false;
  }
  return typeof (value as { toJSON?: unknown }).toJSON !== 'function';
}

const NOTED = 5;
const REPLACEMENT = '\uFFFD';

class Repair {
  changes = 0;
  private readonly noted: string[] = [];
  private budget = MAX_JSON_VALUES;

  note(): string {
    const more = this.changes > this.noted.length ? `; and ${this.changes - this.noted.length} more` : '';
    return `replaced to make it storable: ${this.noted.join('; ')}${more}`;
  }

  any(value: unknown, path: string, depth: number): Json {
    switch (typeof value) {
      case 'string':
        return this.text(value, path);
      case 'number':
        return this.number(value, path);
      case 'bigint':
        return this.number(value, path);
      case 'boolean':
        return value;
      case 'undefined':
        return null;
      case 'object':
        return value === null ? null : this.composite(value, path, depth);
      default:
        return this.changed(path, `a ${typeof value} became null`, null);
    }
  }

  private changed<T extends Json>(path: string, what: string, value: T): T {
    this.changes += 1;
    if (this.noted.length < NOTED) this.noted.push(`${cleanText(path).slice(0, 200) || 'the value'}: ${what}`);
    return value;
  }

  private text(value: string, path: string): string {
    if (isStorableText(value)) return value;
    return this.changed(path, 'U+0000 or a lone surrogate became U+FFFD', cleanText(value));
  }

  private number(value: number | bigint, path: string): Json {
    if (isStorableNumber(Number(value))) return Number(value);
    if (typeof value === 'number' && !Number.isFinite(value)) return this.changed(path, `${value} became null`, null);
    const digits = BigInt(value).toString();
    return this.changed(path, 'a number beyond 2^53 became text', digits);
  }

  private composite(value: object, path: string, depth: number): Json {
    if (depth >= MAX_JSON_DEPTH) return this.changed(path, `deeper than ${MAX_JSON_DEPTH} levels became null`, null);
    if (--this.budget < 0) return this.changed(path, 'beyond the number of values became null', null);
    const toJson: unknown = (value as { toJSON?: unknown }).toJSON;
    // A member named toJSON of a message is data; only a method (Date, a class of the handler's) is a conversion.
    if (typeof toJson === 'function') return this.any(toJson.call(value), path, depth + 1);
    if (Array.isArray(value)) return Array.from(value, (item, index) => this.any(item, pointer(path, index), depth + 1));
    return this.members(value as Record<string, unknown>, path, depth);
  }

  private members(value: Record<string, unknown>, path: string, depth: number): Json {
    const copy: Record<string, Json> = {};
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (member === undefined) continue;
      const at = pointer(path, key);
      const name = this.text(key, at);
      const repaired = this.any(member, at, depth + 1);
      if (name === '__proto__')
        Object.defineProperty(copy, name, { value: repaired, enumerable: true, configurable: true, writable: true });
      else copy[name] = repaired;
    }
    return copy;
  }
}

const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', REPLACEMENT);
