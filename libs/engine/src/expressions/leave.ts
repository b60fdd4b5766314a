import { isStorableNumber, isStorableText, MAX_JSON_DEPTH } from '../json/bounds.js';
import { canonicalJson } from '../json/canonical.js';
import type { Json } from '../model/json.js';
import { formatDuration } from '../parse/duration.js';
import { MAX_RESULT_BYTES, MAX_TEXT_LENGTH } from './bounds.js';
import { ExpressionBoundError, ExpressionError } from './expression-error.js';
import type { Run } from './run.js';
import { isList, Optional, Span, type Value, type ValueMap } from './values.js';

/** Counts down the bytes of JSON a result may still have. */
export interface Meter {
  bytesLeft: number;
}

function take(meter: Meter, bytes: number): void {
  if ((meter.bytesLeft -= bytes) < 0) {
    throw new ExpressionBoundError(`expected a result of at most ${MAX_RESULT_BYTES} bytes of JSON, but it is larger`);
  }
}

/**
 * A value as it leaves an expression: JSON that can be stored. Times and durations become ISO 8601 text, none becomes null.
 * What is JSON already is not copied.
 * @throws ExpressionError for what JSON cannot hold, ExpressionBoundError beyond 2 MiB
 */
export function leave(value: Value, meter: Meter, depth = 0): Json {
  switch (typeof value) {
    case 'string':
      return leaveText(value, meter);
    case 'number':
      if (!isStorableNumber(value)) throw new ExpressionError(`expected a number within ±(2^53 − 1), but was ${value}`);
      take(meter, 2);
      return value === 0 ? 0 : value; // −0 is no JSON: it would come back as 0
    case 'boolean':
      take(meter, 5);
      return value;
    default:
      return value === null ? leaveNull(meter) : leaveObject(value, meter, depth);
  }
}

function leaveNull(meter: Meter): null {
  take(meter, 5);
  return null;
}

function leaveText(text: string, meter: Meter): string {
  take(meter, Buffer.byteLength(text) + 2);
  if (isStorableText(text)) return text;
  throw new ExpressionError('expected text of valid Unicode without U+0000, but was text that cannot be stored');
}

function leaveObject(value: Exclude<Value, null | string | number | boolean>, meter: Meter, depth: number): Json {
  if (value instanceof Date) return leaveText(value.toISOString(), meter);
  if (value instanceof Span) return leaveText(formatDuration(value.ms), meter);
  if (value instanceof Optional) return leave(value.value ?? null, meter, depth);
  if (depth >= MAX_JSON_DEPTH)
    throw new ExpressionBoundError(`expected a result of at most ${MAX_JSON_DEPTH} levels, but it is deeper`);
  take(meter, 2);
  return isList(value) ? leaveList(value, meter, depth + 1) : leaveMap(value as ValueMap, meter, depth + 1);
}

function leaveList(list: readonly Value[], meter: Meter, depth: number): Json {
  let copy: Json[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as Value;
    const left = leave(item, meter, depth);
    if (left !== item) (copy ??= list.slice() as Json[])[i] = left;
  }
  return copy ?? (list as Json[]);
}

function leaveMap(map: ValueMap, meter: Meter, depth: number): Json {
  let copy: Record<string, Json> | undefined;
  for (const key of Object.keys(map)) {
    leaveText(key, meter);
    const member = map[key] as Value;
    const left = leave(member, meter, depth);
    if (left !== member) (copy ??= Object.assign(Object.create(null) as Record<string, Json>, map))[key] = left;
  }
  return copy ?? (map as Record<string, Json>);
}

/** Text of a value inside other text: text as it is, times in ISO 8601, everything else as JSON. */
export function render(value: Value, run: Run): string {
  if (typeof value === 'string') return run.text(value);
  if (typeof value === 'number') return String(value);
  const meter = { bytesLeft: MAX_TEXT_LENGTH };
  const json = leave(value, meter);
  run.charge((MAX_TEXT_LENGTH - meter.bytesLeft) >>> 1);
  return typeof json === 'string' ? json : canonicalJson(json);
}
