const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SHORT = /^(\d{1,15}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;
const ISO = /^P(?=.)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{1,3})?)S)?)?$/;
const ISO_UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;

/** A hundred years: a longer duration is a slip of the pen, and dates stay representable. */
export const MAX_DURATION_MS = 36_500 * 86_400_000;

/** How durations are written; for messages. */
export const DURATION_FORMS = '500ms, 30s, 5m, 2h, 3d or ISO 8601 such as PT1H30M';

/**
 * Milliseconds of `500ms`, `30s`, `5m`, `2h`, `3d`, `1.5h` or an ISO 8601 duration of weeks, days, hours, minutes and seconds
 * (years and months have no fixed length and are refused).
 * @returns whole milliseconds ≥ 0, or `undefined` when it is none of these or longer than a hundred years
 */
export function parseDuration(text: string): number | undefined {
  const ms = parseShort(text) ?? parseIso(text);
  return ms === undefined || ms > MAX_DURATION_MS ? undefined : Math.round(ms);
}

function parseShort(text: string): number | undefined {
  const match = SHORT.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] as string] as number) : undefined;
}

function parseIso(text: string): number | undefined {
  const match = ISO.exec(text);
  return match
    ?.slice(1)
    .reduce((sum, part, index) => sum + (part === undefined ? 0 : Number(part) * (ISO_UNITS[index] as number)), 0);
}

/** ISO 8601 text of a duration: `PT1H30M`, `-PT0.5S`, `PT0S`. Days are written as hours. */
export function formatDuration(ms: number): string {
  if (ms === 0) return 'PT0S';
  const rest = Math.abs(ms);
  const hours = Math.floor(rest / 3_600_000);
  const minutes = Math.floor((rest % 3_600_000) / 60_000);
  const seconds = (rest % 60_000) / 1_000;
  return `${ms < 0 ? '-' : ''}PT${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
}
