import type { JsonObject } from '#libs/engine';

/** A text that was written as JSON is none any more, or not of the kind it was: somebody else has written it. */
export class SpoiltRow extends Error {
  readonly code = 'SPOILT_ROW';
}

/** @throws SpoiltRow; errors of reading as what they mean: what is stored is not what we wrote */
export function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new SpoiltRow(`${what} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** For lists, which show the others whatever has become of one. @returns `otherwise` in place of what cannot be read, or is of another kind */
export function jsonOr<T>(text: string, fits: (value: unknown) => boolean, otherwise: T): T {
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? (value as T) : otherwise;
  } catch {
    return otherwise;
  }
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
