import { InjectionToken } from '@angular/core';

/** One visible line of a JSON tree. */
export interface JsonLine {
  /** JSON Pointer of the value. */
  readonly pointer: string;
  readonly name: string | undefined;
  readonly depth: number;
  readonly kind: 'string' | 'number' | 'boolean' | 'null' | 'summary' | 'reference';
  readonly text: string;
  /** reference: where the value is. */
  readonly href?: string;
  readonly isFoldable: boolean;
  readonly isOpen: boolean;
}

/** A value that is kept elsewhere. */
export interface JsonReference {
  readonly text: string;
  readonly href: string;
}
/** Tells a reference from a value. */
type ReferTo = (value: unknown) => JsonReference | undefined;
export const JSON_REFERENCES = new InjectionToken<ReferTo>('JSON_REFERENCES');
const noReferences: ReferTo = () => undefined;

/** Open from the start down to this depth. */
const openDepth = 2;
/** Of one array or object at most so many entries are listed. */
const maxEntries = 200;

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** @param toggled pointers whose fold differs from the start */
export function flattenJson(value: unknown, toggled: ReadonlySet<string>, referTo = noReferences): JsonLine[] {
  const lines: JsonLine[] = [];
  const entries = referTo(value) ? [] : (entriesOf(value) ?? []);
  if (entries.length === 0) addLines(lines, value, '', undefined, 0, { toggled, referTo });
  else addEntries(lines, entries, '', 0, { toggled, referTo }); // the outermost braces say nothing
  return lines;
}

interface Reading {
  readonly toggled: ReadonlySet<string>;
  readonly referTo: ReferTo;
}

function addLines(
  lines: JsonLine[],
  value: unknown,
  pointer: string,
  name: string | undefined,
  depth: number,
  reading: Reading,
): void {
  const reference = reading.referTo(value);
  if (reference !== undefined) {
    lines.push({ pointer, name, depth, kind: 'reference', ...reference, isFoldable: false, isOpen: false });
    return;
  }
  const entries = entriesOf(value);
  const isFoldable = entries !== undefined && entries.length > 0;
  const isOpen = isFoldable && depth < openDepth !== reading.toggled.has(pointer);
  lines.push({ pointer, name, depth, isFoldable, isOpen, ...scalar(value, isOpen) });
  if (isOpen) addEntries(lines, entries, pointer, depth + 1, reading);
}

type Entries = readonly (readonly [string, unknown])[];

function addEntries(lines: JsonLine[], entries: Entries, pointer: string, depth: number, reading: Reading): void {
  for (const [key, child] of entries.slice(0, maxEntries))
    addLines(lines, child, `${pointer}/${escaped(key)}`, key, depth, reading);
  if (entries.length <= maxEntries) return;
  const text = `… ${entries.length - maxEntries} more`;
  lines.push({ pointer: `${pointer}/…`, name: undefined, depth, kind: 'summary', text, isFoldable: false, isOpen: false });
}

function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (Array.isArray(value)) return value.map((item, index) => [String(index), item]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

function scalar(value: unknown, isOpen: boolean): Pick<JsonLine, 'kind' | 'text'> {
  if (value === null || value === undefined) return { kind: 'null', text: 'null' };
  if (typeof value === 'string') return { kind: 'string', text: JSON.stringify(value) };
  if (typeof value === 'number') return { kind: 'number', text: String(value) };
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value) };
  if (Array.isArray(value))
    return { kind: 'summary', text: isOpen ? '[' + value.length + ']' : value.length === 0 ? '[]' : `[… ${value.length}]` };
  const keys = Object.keys(value);
  return {
    kind: 'summary',
    text: isOpen ? '' : keys.length === 0 ? '{}' : `{ ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''} }`,
  };
}

/** `/steps/0/id` as `$.steps[0].id`, for reading and copying. */
export function jsonPathOf(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce((path, part) => {
    if (/^\d+$/.test(part)) return `${path}[${part}]`;
    return /^[A-Za-z_]\w*$/.test(part) ? `${path}.${part}` : `${path}[${JSON.stringify(part)}]`;
  }, '$');
}
