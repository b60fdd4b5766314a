import { ExpressionError } from '../expression-error.js';
import type { Run } from '../run.js';
import { describe, expectNumber, expectText, Span, type Value } from '../values.js';
import { formatWallTime } from './format-date.js';
import { fn, type ExpressionFunction, type FunctionTable } from './registry.js';
import { parseSpan, parseTimestamp, timestamp, toTime } from './time-values.js';
import { addCalendarDays, instantOf, wallTime, weekday, type WallTime } from './zone.js';

/** Asking a time zone costs microseconds, not nanoseconds. */
const ZONE_COST = 200;

function zoneOf(value: Value | undefined, name: string, run: Run): string {
  if (value === undefined) return 'UTC';
  run.charge(ZONE_COST);
  return expectText(value, name);
}

function date([value, zone]: readonly Value[], run: Run): Value {
  if (value instanceof Date) return value;
  if (typeof value === 'number') return timestamp(value);
  return parseTimestamp(expectText(value, 'date'), zoneOf(zone, 'date', run));
}

/** As CEL: text in ISO 8601, or seconds since 1970. */
function toTimestamp([value]: readonly Value[]): Value {
  return typeof value === 'number' ? timestamp(Math.trunc(value) * 1000) : toTime(value, 'timestamp');
}

function addDays([time, days, zone]: readonly Value[], run: Run): Value {
  const name = zoneOf(zone, 'addDays', run);
  const count = expectNumber(days, 'addDays');
  if (!Number.isInteger(count) || Math.abs(count) > 3_660_000)
    throw new ExpressionError(`addDays: expected a whole number of days, but was ${count}`);
  const wall = wallTime(toTime(time, 'addDays').getTime(), name);
  return timestamp(instantOf(addCalendarDays(wall, count), name));
}

const TIME_OF_DAY = /^(\d\d):(\d\d)(?::(\d\d))?$/;

/** The first Monday-to-Friday day after the day of `t` in the zone, at the given time of day. */
function nextBusinessDay([time, zone, at]: readonly Value[], run: Run): Value {
  const name = zoneOf(zone, 'nextBusinessDay', run);
  const text = at === undefined ? '00:00' : expectText(at, 'nextBusinessDay');
  const [hour, minute, second] = (TIME_OF_DAY.exec(text) ?? []).slice(1).map((part) => Number(part ?? 0));
  if (hour === undefined || minute === undefined || second === undefined || hour > 23 || minute > 59 || second > 59) {
    throw new ExpressionError(`nextBusinessDay: expected a time of day such as 09:00, but was "${text.slice(0, 20)}"`);
  }
  let wall: WallTime = wallTime(toTime(time, 'nextBusinessDay').getTime(), name);
  do wall = addCalendarDays(wall, 1);
  while (weekday(wall) === 0 || weekday(wall) === 6);
  return timestamp(instantOf({ ...wall, hour, minute, second, millisecond: 0 }, name));
}

function formatDate([time, pattern, zone]: readonly Value[], run: Run): Value {
  const name = zoneOf(zone, 'formatDate', run);
  const ms = toTime(time, 'formatDate').getTime();
  return run.text(formatWallTime(ms, run.text(expectText(pattern, 'formatDate')), name));
}

/** A getter of a timestamp (optionally in a zone), and of a duration where it has one. */
function getter(name: string, ofTime: (wall: WallTime) => number, ofSpan?: number): ExpressionFunction {
  return fn(1, 2, ([value, zone], run) => {
    if (value instanceof Span && ofSpan !== undefined) return Math.trunc(value.ms / ofSpan);
    if (value instanceof Date) return ofTime(wallTime(value.getTime(), zoneOf(zone, name, run)));
    throw new ExpressionError(`${name}: expected a timestamp, but was ${describe(value ?? null)}: convert text with date(…)`);
  });
}

const dayOfYear = (wall: WallTime): number =>
  Math.round(
    (instantOf({ ...wall, hour: 0, minute: 0, second: 0, millisecond: 0 }, 'UTC') -
      instantOf({ ...wall, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 }, 'UTC')) /
      86_400_000,
  );

export const timeFunctions: FunctionTable = {
  date: fn(1, 2, date),
  timestamp: fn(1, 1, toTimestamp),
  duration: fn(1, 1, ([value]) => (value instanceof Span ? value : parseSpan(expectText(value, 'duration')))),
  addDays: fn(2, 3, addDays),
  nextBusinessDay: fn(2, 3, nextBusinessDay),
  formatDate: fn(2, 3, formatDate),
  // As CEL: months, days of the month, of the week (Sunday) and of the year count from 0, getDate from 1.
  getFullYear: getter('getFullYear', (wall) => wall.year),
  getMonth: getter('getMonth', (wall) => wall.month - 1),
  getDate: getter('getDate', (wall) => wall.day),
  getDayOfMonth: getter('getDayOfMonth', (wall) => wall.day - 1),
  getDayOfWeek: getter('getDayOfWeek', weekday),
  getDayOfYear: getter('getDayOfYear', dayOfYear),
  getHours: getter('getHours', (wall) => wall.hour, 3_600_000),
  getMinutes: getter('getMinutes', (wall) => wall.minute, 60_000),
  getSeconds: getter('getSeconds', (wall) => wall.second, 1_000),
  getMilliseconds: getter('getMilliseconds', (wall) => wall.millisecond, 1),
};
