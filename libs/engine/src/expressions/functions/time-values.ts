import { parseDuration } from '../../parse/duration.js';
import { ExpressionError } from '../expression-error.js';
import { describe, Span, type Value } from '../values.js';
import { instantOf, isDate } from './zone.js';

/** Years 1 to 9999, as in CEL: what ISO 8601 writes with four digits. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;

/** @throws ExpressionError outside the years 1 to 9999 */
export function timestamp(ms: number): Date {
  if (ms >= EARLIEST && ms <= LATEST) return new Date(ms);
  throw new ExpressionError('expected a time in the years 1 to 9999, but was outside');
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|z|[+-]\d\d:?\d\d)?)?$/;

/** ISO 8601 text as a time; what it does not say is midnight, and the given zone (UTC when there is none). */
export function parseTimestamp(text: string, zone?: string): Date {
  const match = ISO.exec(text);
  if (!match) throw badTime(text);
  const [year, month, day, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
  ];
  const millisecond = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const wall = { year, month, day, hour, minute, second, millisecond };
  if (!isDate(wall)) throw badTime(text);
  const offset = match[8];
  return timestamp(offset === undefined ? instantOf(wall, zone ?? 'UTC') : instantOf(wall, 'UTC') - offsetMs(offset));
}

function offsetMs(offset: string): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

const badTime = (text: string): ExpressionError =>
  new ExpressionError(`expected a time in ISO 8601 such as 2026-01-31T09:00:00Z, but was "${text.slice(0, 50)}"`);

/** A timestamp, or ISO 8601 text read as one. */
export function toTime(value: Value | undefined, what: string): Date {
  if (value instanceof Date) return value;
  if (typeof value === 'string') return parseTimestamp(value);
  throw new ExpressionError(
    `${what}: expected a timestamp or ISO 8601 text, but was ${value === undefined ? 'nothing' : describe(value)}`,
  );
}

const GO_STYLE = /^([+-]?)((?:\d{1,12}(?:\.\d{1,9})?(?:ms|us|µs|ns|h|m|s))+)$/;
const GO_PART = /([\d.]+)(ms|us|µs|ns|h|m|s)/g;
const GO_UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 };

/** `2h`, `1h30m`, `-5m`, `3d` or ISO 8601. Whole milliseconds. */
export function parseSpan(text: string): Span {
  const ms = parseDuration(text) ?? parseGoStyle(text);
  if (ms === undefined)
    throw new ExpressionError(`expected a duration such as 30s, 1h30m, 3d or PT1H, but was "${text.slice(0, 50)}"`);
  return new Span(ms);
}

function parseGoStyle(text: string): number | undefined {
  const match = GO_STYLE.exec(text);
  if (!match) return undefined;
  let ms = 0;
  for (const part of (match[2] as string).matchAll(GO_PART)) ms += Number(part[1]) * (GO_UNITS[part[2] as string] as number);
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(match[1] === '-' ? -ms : ms) : undefined;
}
