/** Between what is typed and what is meant. Pure. */

/** `name` of `value` set, or taken away with undefined. */
export function withMember(value: unknown, name: string, member: unknown): Record<string, unknown> {
  const { [name]: _, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return member === undefined ? rest : { ...rest, [name]: member };
}

/** What was typed for a number; undefined while it is none. */
export const readNumber = (text: string): number | undefined =>
  text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);

/** One text a line; undefined: none. */
export function readLines(text: string): string[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? undefined : lines;
}

/** A point in time (ISO 8601) as `<input type="datetime-local">` wants it: in the browser's zone, to the minute. */
export function localMoment(iso: unknown): string {
  const at = typeof iso === 'string' ? new Date(iso) : undefined;
  if (at === undefined || Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** And back. undefined: none. */
export function readMoment(local: string): string | undefined {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
