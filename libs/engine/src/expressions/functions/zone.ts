import { ExpressionError } from '../expression-error.js';

/** A time as a clock on the wall shows it; months from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones a process keeps ready; names come from definitions, so their number must not grow without end. */
const MAX_ZONES = 200;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  if (formats.size >= MAX_ZONES) formats.clear();
  const format = create(zone);
  formats.set(zone, format);
  return format;
}

function create(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new ExpressionError(`expected a time zone such as Europe/Madrid or UTC, but was "${zone.slice(0, 50)}"`);
  }
}

/** What the clocks of a zone show at an instant (epoch ms). */
export function wallTime(ms: number, zone: string): WallTime {
  if (zone === 'UTC') return utcWallTime(ms);
  const parts: Record<string, string> = {};
  for (const part of formatOf(zone).formatToParts(ms)) parts[part.type] = part.value;
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  const [month, day, hour, minute, second] = ['month', 'day', 'hour', 'minute', 'second'].map((name) => Number(parts[name]));
  return { year, month, day, hour, minute, second, millisecond: ((ms % 1000) + 1000) % 1000 } as WallTime;
}

function utcWallTime(ms: number): WallTime {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

function asUtc(wall: WallTime): number {
  const date = new Date(Date.UTC(2000, wall.month - 1, 1, wall.hour, wall.minute, wall.second, wall.millisecond));
  date.setUTCFullYear(wall.year, wall.month - 1, wall.day); // Date.UTC takes the years 0 to 99 for 1900 to 1999
  return date.getTime();
}

/** Milliseconds by which the clocks of the zone are ahead of UTC. */
export const zoneOffset = (ms: number, zone: string): number => (zone === 'UTC' ? 0 : asUtc(wallTime(ms, zone)) - ms);

const DAY = 86_400_000;

/**
 * The instant (epoch ms) at which the clocks of a zone show a time: the first one when they show it twice (autumn),
 * the one shifted by the gap when they never show it (spring), as calendars do.
 */
export function instantOf(wall: WallTime, zone: string): number {
  const utc = asUtc(wall);
  if (zone === 'UTC') return utc;
  const before = zoneOffset(utc - DAY, zone);
  const after = zoneOffset(utc + DAY, zone);
  const first = utc - Math.max(before, after);
  if (zoneOffset(first, zone) === Math.max(before, after)) return first;
  const second = utc - Math.min(before, after);
  return zoneOffset(second, zone) === Math.min(before, after) ? second : utc - before;
}

/** Are these fields a day of the calendar and a time of the day? */
export function isDate(wall: WallTime): boolean {
  if (wall.hour > 23 || wall.minute > 59 || wall.second > 59) return false;
  const back = utcWallTime(asUtc({ ...wall, hour: 0, minute: 0, second: 0 }));
  return back.year === wall.year && back.month === wall.month && back.day === wall.day;
}

/** 0 = Sunday. */
export const weekday = (wall: WallTime): number => new Date(asUtc({ ...wall, hour: 12, minute: 0 })).getUTCDay();

/** The same time of day some days later (or earlier). */
export function addCalendarDays(wall: WallTime, days: number): WallTime {
  const date = utcWallTime(asUtc({ ...wall, hour: 12, minute: 0 }) + days * DAY);
  return { ...wall, year: date.year, month: date.month, day: date.day };
}
