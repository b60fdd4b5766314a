/** Figures and times in words. Pure: what is now and which zone is shown are arguments. */

const spaced = (amount: number, unit: string): string => `${amount} ${unit}`;

/** Milliseconds as `842 ms`, `1.9 s`, `41 s`, `3 min 12 s`, `2 h 5 min`, `1 d 4 h`; negative spans count as none. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1_000) return spaced(whole, 'ms');
  if (whole < 9_950) return spaced(Math.round(whole / 100) / 10, 's');
  const seconds = Math.round(whole / 1_000);
  if (seconds < 60) return spaced(seconds, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? spaced(large, largeUnit) : `${spaced(large, largeUnit)} ${spaced(small, smallUnit)}`;

/** A span that ticks: whole seconds once it is over one, so that digits do not jitter. */
export function formatTicking(ms: number): string {
  return ms < 1_000 ? formatDuration(ms) : formatDuration(Math.floor(ms / 1_000) * 1_000);
}

/** What is left until `at`, in whole seconds, so that the digits go down evenly. Both epoch ms. */
export const formatLeft = (at: number, now: number): string => formatTicking(Math.ceil(Math.max(0, at - now) / 1_000) * 1_000);

/** `Local` is the browser's zone. */
export type ZoneChoice = 'local' | 'utc';
const zoneOf = (zone: ZoneChoice): { timeZone?: string } => (zone === 'utc' ? { timeZone: 'UTC' } : {});

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(kind: string, zone: ZoneChoice, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${kind}.${zone}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, ...zoneOf(zone) });
  formatters.set(key, known);
  return known;
}

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };

export const formatMinute = (at: number, zone: ZoneChoice): string =>
  formatter('minute', zone, { hour: '2-digit', minute: '2-digit' }).format(at);

/** `10:26:41` today, `20 Nov 10:26` within the year, `20 Nov 2025` before. */
export function formatTime(at: number, now: number, zone: ZoneChoice): string {
  const date = formatter('date', zone, { ...day, year: 'numeric' });
  if (date.format(at) === date.format(now)) return formatter('clock', zone, clock).format(at);
  const year = formatter('year', zone, { year: 'numeric' });
  if (year.format(at) !== year.format(now)) return date.format(at);
  return `${formatter('day', zone, day).format(at)} ${formatMinute(at, zone)}`;
}

/** Complete, with milliseconds and zone: for titles and for readers. */
export const formatExact = (at: number, zone: ZoneChoice): string =>
  formatter('exact', zone, {
    ...day,
    ...clock,
    year: 'numeric',
    fractionalSecondDigits: 3,
    timeZoneName: 'short',
  }).format(at);

/** How a time of another zone is written. */
export interface ZonedStyle {
  /** `GMT-5` after it: an hour that comes twice can be told apart. */
  readonly withOffset?: boolean;
  /** Default: where there are any. */
  readonly withSeconds?: boolean;
}

/** `Mon 23 Nov, 09:00` in a zone by its IANA name. @returns undefined when this browser does not know the zone */
export function formatZoned(at: number, timeZone: string, style: ZonedStyle = {}): string | undefined {
  const { withOffset = false, withSeconds = at % 60_000 !== 0 } = style;
  try {
    return new Intl.DateTimeFormat('en-GB', {
      ...{ ...day, weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone },
      ...(withSeconds && { second: '2-digit' }),
      ...(withOffset && { timeZoneName: 'shortOffset' }),
    }).format(at);
  } catch {
    return undefined;
  }
}

export const formatClockMs = (at: number, zone: ZoneChoice): string =>
  formatter('clockMs', zone, { ...clock, fractionalSecondDigits: 3 }).format(at);

/** `3 min ago`, `now`. */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1_000);
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

const integers = new Intl.NumberFormat('en');
export const formatCount = (count: number, atLeast = false): string =>
  atLeast ? `${integers.format(count)}+` : integers.format(count);

/** A share in [0, 1] as `99.62 %`; never rounds up to 100 while something failed. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent >= 99.995 && share < 1) return '99.99 %';
  return `${percent === Math.round(percent) ? percent.toFixed(0) : percent.toFixed(2)} %`;
}

/** Per second as `5.3 /min` when it is slow, `318 /s` when fast. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 10) return `${integers.format(Math.round(perSecond))} /s`;
  const perMinute = perSecond * 60;
  return `${perMinute >= 10 || Number.isInteger(perMinute) ? integers.format(Math.round(perMinute)) : perMinute.toFixed(1)} /min`;
}

/** `12 B`, `3.4 KiB`, up to GiB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return spaced(bytes, 'B');
  if (bytes < 1_048_576) return spaced(Math.round(bytes / 102.4) / 10, 'KiB');
  if (bytes < 1_073_741_824) return spaced(Math.round(bytes / 104_857.6) / 10, 'MiB');
  return spaced(Math.round(bytes / 107_374_182.4) / 10, 'GiB');
}

/** The last eight digits of an id: the random end, which differs between neighbours. */
export const shortId = (id: string): string => id.slice(0, 8) + '…' + id.slice(-4);

/** What stands in the middle of a sentence, at its beginning. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
