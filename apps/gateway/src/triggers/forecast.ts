import type { NextTimes } from '#libs/contracts';
import { clockWarnings, localTime, Timetable } from '#libs/engine';
import { toIso } from '../http/times.js';
import { scheduleWords } from './present-trigger.js';

/** When a schedule is due next, in its own zone too, and what clock changes do to it. @throws Error in words: not a schedule */
export function forecast(cron: string, timezone: string, count: number, nowMs: number): NextTimes {
  const times = new Timetable(cron, timezone).between(nowMs, Infinity, count);
  return {
    timezone,
    text: scheduleWords(cron, timezone),
    times: times.map((at) => ({ at: toIso(at), local: localTime(at, timezone) })),
    warnings: clockWarnings(cron, timezone, nowMs),
  };
}
