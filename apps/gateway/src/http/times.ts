/** What a Date holds, epoch ms either way. */
const furthest = 8_640_000_000_000_000;

/** Epoch milliseconds as ISO 8601 UTC; of a time no Date can hold (a row somebody else has written) the furthest that one can. */
export const toIso = (ms: number): string => new Date(Math.min(furthest, Math.max(-furthest, ms))).toISOString();
export const toIsoOrNull = (ms: number | null | undefined): string | null => (ms === null || ms === undefined ? null : toIso(ms));
