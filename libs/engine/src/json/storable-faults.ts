import { isStorableNumber, isStorableText, MAX_JSON_DEPTH, pointer } from './bounds.js';

export interface StorableFault {
  /** JSON Pointer into the value. */
  readonly path: string;
  readonly message: string;
}

const MAX_FAULTS = 100;

/**
 * Everything in a request's value that cannot be stored as it is (the API answers 422 with it); at most 100.
 * @param value what `JSON.parse` made of the body
 */
export function storableFaults(value: unknown): StorableFault[] {
  const faults: StorableFault[] = [];
  visit(value, '', 0, faults);
  return faults;
}

function visit(value: unknown, path: string, depth: number, faults: StorableFault[]): void {
  if (faults.length >= MAX_FAULTS || value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') return void checkText(value, path, 'text', faults);
  if (typeof value === 'number') return void checkNumber(value, path, faults);
  if (typeof value !== 'object') return void faults.push({ path, message: `expected JSON, but was a ${typeof value}` });
  if (depth >= MAX_JSON_DEPTH)
    return void faults.push({ path, message: `expected at most ${MAX_JSON_DEPTH} levels, but was deeper` });
  if (Array.isArray(value)) return value.forEach((item, index) => visit(item, pointer(path, index), depth + 1, faults));
  for (const key of Object.keys(value)) {
    const at = pointer(path, key);
    checkText(key, at, 'a key', faults);
    visit((value as Record<string, unknown>)[key], at, depth + 1, faults);
  }
}

function checkText(text: string, path: string, what: string, faults: StorableFault[]): void {
  if (isStorableText(text)) return;
  const found = text.includes('\0') ? 'U+0000' : 'a lone surrogate';
  faults.push({ path, message: `expected ${what} of valid Unicode without U+0000, but was ${what} with ${found}` });
}

function checkNumber(value: number, path: string, faults: StorableFault[]): void {
  if (isStorableNumber(value)) return;
  faults.push({ path, message: `expected a number within ±(2^53 − 1), but was ${value}: send larger numbers as text` });
}
