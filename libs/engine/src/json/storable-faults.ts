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
 * @param maxDepth levels of arrays and objects
 */
export function storableFaults(value: unknown, maxDepth = MAX_JSON_DEPTH): StorableFault[] {
  const faults: StorableFault[] = [];
  visit(value, '', maxDepth, maxDepth, faults);
  return faults;
}

function visit(value: unknown, path: string, levels: number, maxDepth: number, faults: StorableFault[]): void {
  if (faults.length >= MAX_FAULTS || value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') return void checkText(value, path, 'text', faults);
  if (typeof value === 'number') return void checkNumber(value, path, faults);
  if (typeof value !== 'object') return void faults.push({ path, message: `expected JSON, but was a ${typeof value}` });
  if (levels === 0) return void faults.push({ path, message: `expected at most ${maxDepth} levels, but was deeper` });
  if (Array.isArray(value))
    return value.forEach((item, index) => visit(item, pointer(path, index), levels - 1, maxDepth, faults));
  for (const key of Object.keys(value)) {
    const at = pointer(path, key);
    checkText(key, at, 'a key', faults);
    visit((value as Record<string, unknown>)[key], at, levels - 1, maxDepth, faults);
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
