import { clockChanges, localTime, type ClockChange } from './clock-changes.js';
import { Timetable } from './timetable.js';

const YEAR_MS = 366 * 86_400_000;
/** Times told of one change. */
const TOLD = 3;

/**
 * What the days on which clocks change do to a schedule within a year, in words: times of day that do not exist, or exist twice.
 * Nothing is told of what comes every hour anyway.
 */
export function clockWarnings(cron: string, timezone: string, nowMs: number): string[] {
  if (comesHourly(cron)) return [];
  const real = new Timetable(cron, timezone);
  const wall = new Timetable(cron, 'UTC'); // the same times of day, with no change of clocks between them
  return clockChanges(timezone, nowMs, nowMs + YEAR_MS).flatMap((change) => warningOf(change, real, wall, timezone));
}

const comesHourly = (cron: string): boolean => cron.trim() === '@hourly' || cron.trim().split(/\s+/).at(-4) === '*';

function warningOf({ at, before, after }: ClockChange, real: Timetable, wall: Timetable, timezone: string): string[] {
  const [low, high] = [at + Math.min(before, after), at + Math.max(before, after)];
  const times = wall.between(low - 1, high, 1_000);
  if (times.length === 0) return [];
  const told = `${times.slice(0, TOLD).map(timeOfDay).join(', ')}${times.length > TOLD ? ' and more' : ''}`;
  const day = localTime(at, timezone).slice(0, 10);
  if (after > before) {
    const next = real.next(at - 1);
    const then = next === undefined ? 'left out' : `due at ${localTime(next, timezone).slice(11, 16)}`;
    return [`On ${day} there is no ${told} in ${timezone}: the clocks go forward then. It is ${then}.`];
  }
  const twice = real.between(at - (before - after) - 1, at + (before - after), 2_000).length > times.length;
  return [
    `On ${day} there is ${told} twice in ${timezone}: the clocks go back then. It is due ${twice ? 'both times' : 'the first time'}.`,
  ];
}

const timeOfDay = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
