/** Levels of arrays and objects a stored value may have. */
export const MAX_JSON_DEPTH = 64;
/** More values than any payload of 2 MiB can hold: the bound against shared or cyclic object graphs. */
export const MAX_JSON_VALUES = 1_100_000;

/** No U+0000 (PostgreSQL refuses it) and no lone surrogate (not UTF-8). */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Finite, and inside ±(2^53 − 1): every double beyond that is an integer that may not be what was meant. */
export const isStorableNumber = (value: number): boolean => value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;

/** `key` appended to a JSON Pointer (RFC 6901). */
export const pointer = (base: string, key: string | number): string =>
  `${base}/${typeof key === 'number' ? key : key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
