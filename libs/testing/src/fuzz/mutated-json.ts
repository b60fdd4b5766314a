import fc from 'fast-check';
import type { Json } from '#libs/engine';
import { hostileJson, hostileText } from './hostile.js';

/** One change at one place of a value; `at` counts its places in the order of writing, and goes round. */
type Edit = { readonly at: number } & (
  | { readonly kind: 'replace' | 'double'; readonly text: string }
  | { readonly kind: 'remove' | 'wrap' }
  | { readonly kind: 'rename'; readonly key: string }
  | { readonly kind: 'add'; readonly key: string; readonly text: string }
);

const at = fc.nat(9_999);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ at, kind: fc.constant('replace' as const), text: hostileJson }) },
  { weight: 1, arbitrary: fc.record({ at, kind: fc.constant('double' as const), text: hostileJson }) },
  { weight: 2, arbitrary: fc.record({ at, kind: fc.constantFrom('remove' as const, 'wrap' as const) }) },
  { weight: 1, arbitrary: fc.record({ at, kind: fc.constant('rename' as const), key: hostileText }) },
  { weight: 2, arbitrary: fc.record({ at, kind: fc.constant('add' as const), key: hostileText, text: hostileJson }) },
);

/** The text of a value with a few things done to it: what reads it must take it or refuse it with words. */
export const mutated = (values: fc.Arbitrary<Json>): fc.Arbitrary<string> =>
  fc.tuple(values, fc.array(edit, { maxLength: 3 })).map(([value, edits]) => editedText(value, edits));

/** @returns JSON text; with duplicate keys, forbidden keys and numbers that no value could hold */
export function editedText(value: Json, edits: readonly Edit[]): string {
  const total = placesIn(value);
  const byPlace = new Map(edits.map((each) => [each.at % total, each]));
  return new Writer(byPlace).write(value)?.text ?? '';
}

interface Member {
  readonly key?: string;
  readonly text: string;
}

class Writer {
  private place = 0;

  constructor(private readonly edits: ReadonlyMap<number, Edit>) {}

  /** @returns undefined for what is removed */
  write(value: Json, key?: string): Member | undefined {
    const edit = this.edits.get(this.place++);
    const text = this.plain(value);
    switch (edit?.kind) {
      case undefined:
        return { key, text };
      case 'remove':
        return undefined;
      case 'replace':
        return { key, text: edit.text };
      case 'wrap':
        return { key, text: `[${text}]` };
      case 'rename':
        return { key: edit.key, text };
      case 'double':
        return key === undefined
          ? { text: `${text},${edit.text}` }
          : { key, text: `${text},${JSON.stringify(key)}:${edit.text}` };
      case 'add':
        return { key, text: withMember(value, text, edit) };
    }
  }

  private plain(value: Json): string {
    if (Array.isArray(value)) return `[${value.flatMap((item) => this.write(item)?.text ?? []).join(',')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const members = Object.entries(value).flatMap(([key, child]) => this.write(child as Json, key) ?? []);
    return `{${members.map(({ key, text }) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
  }
}

function withMember(value: Json, text: string, { key, text: added }: { readonly key: string; readonly text: string }): string {
  if (typeof value !== 'object' || value === null) return text;
  const [open, close] = [text[0]!, text.at(-1)!];
  const inside = text.slice(1, -1);
  const member = Array.isArray(value) ? added : `${JSON.stringify(key)}:${added}`;
  return `${open}${inside}${inside === '' ? '' : ','}${member}${close}`;
}

function placesIn(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, child) => sum + placesIn(child as Json), 1);
}
