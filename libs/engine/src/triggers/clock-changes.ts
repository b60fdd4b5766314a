import { wallTime, zoneOffset } from '../expressions/functions/zone.js';

/** A moment at which the clocks of a zone change, and by how much. */
export interface ClockChange {
  /** Epoch ms. */
  readonly at: number;
  /** Offsets from UTC before and after, ms. */
  readonly before: number;
  readonly after: number;
}

const DAY_MS = 86_400_000;

/** Changes of the clocks of a zone between two moments. */
export function clockChanges(timezone: string, fromMs: number, untilMs: number): ClockChange[] {
  const found: ClockChange[] = [];
  for (let day = fromMs; day < untilMs; day += DAY_MS) {
    const before = zoneOffset(floorSecond(day), timezone);
    const after = zoneOffset(floorSecond(day + DAY_MS), timezone);
    if (before !== after) found.push({ at: momentOf(timezone, floorSecond(day), before), before, after });
  }
  return found;
}

const floorSecond = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

/** By halving the day, down to a second. */
function momentOf(timezone: string, day: number, before: number): number {
  let [low, high] = [day, day + DAY_MS];
  while (high - low > 1_000) {
    const middle = floorSecond((low + high) / 2);
    if (zoneOffset(middle, timezone) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** `2027-03-01T09:00:00+01:00`: a moment as the clocks of the zone show it. */
export function localTime(ms: number, timezone: string): string {
  const { year, month, day, hour, minute, second } = wallTime(ms, timezone);
  const offset = zoneOffset(ms, timezone) / 60_000;
  const two = (value: number): string => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${zone}`;
}
