import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '#libs/engine';
import { type PgArray, plainArray, textArray } from '../connections/pg-array.js';
import { isJsonObject } from './spoilt.js';

/** Bytes of a value that is still kept where it stands. */
export const INLINE_BYTES = 64 * 1024;

const MEMBER = '$payload';
/** In a text without it there is neither a reference nor anything that looks like one. */
const MARK = `"${MEMBER}"`;

/** Members that hold a value of the user, wherever they stand: the only ones that are put elsewhere, and taken back. */
const slots: ReadonlySet<string> = new Set([
  'input',
  'output',
  'outputs',
  'payload',
  'items',
  'details',
  'form',
  'value',
  'message',
]);

/** What stands for a value that is stored apart: `{"$payload": {ref, size, sha256}}`; `length` of a list. */
export interface PayloadRef {
  readonly ref: string;
  readonly size: number;
  readonly sha256: string;
  readonly length?: number;
}

/** Row of `workflow_payloads`. */
export interface PayloadRow {
  readonly instanceId: string;
  readonly sha256: string;
  readonly size: number;
  readonly content: string;
}

/** The values that are to be stored apart, each once. */
export class Payloads {
  private readonly byRef = new Map<string, PayloadRow>();

  get rows(): readonly PayloadRow[] {
    return [...this.byRef.values()];
  }

  /** As arrays, one a column. */
  get values(): [instanceIds: PgArray, sha256s: PgArray, sizes: PgArray, contents: PgArray] {
    const { rows } = this;
    return [
      plainArray(rows.map((row) => row.instanceId)),
      textArray(rows.map((row) => row.sha256)),
      plainArray(rows.map((row) => row.size)),
      textArray(rows.map((row) => row.content)),
    ];
  }

  add(row: PayloadRow): void {
    this.byRef.set(refOf(row), row);
  }
}

export const refOf = ({ instanceId, sha256 }: { instanceId: string; sha256: string }): string => `${instanceId}/${sha256}`;

/** Text of something structured (data of an event, content of an inbox row); its big values go into `payloads`. */
export function writeStored(instanceId: string, value: unknown, payloads: Payloads): string {
  const text = canonicalJson(value);
  return isBig(text) || text.includes(MARK) ? canonicalJson(split(value, slotWriter(instanceId, payloads))) : text;
}

/** The same for a value that is the user's as a whole. */
export function writeStoredValue(instanceId: string, value: unknown, payloads: Payloads): string {
  const text = canonicalJson(value);
  return isBig(text) || text.includes(MARK) ? canonicalJson(slotWriter(instanceId, payloads)(value as Json)) : text;
}

/** References in stored texts, so that their contents can be read at once. */
export function refsIn(texts: Iterable<string>, whole = false): PayloadRef[] {
  const found: PayloadRef[] = [];
  for (const text of texts) {
    if (!text.includes(MARK)) continue;
    const collect = (value: Json): Json => {
      const ref = refIn(value);
      if (ref !== undefined) found.push(ref);
      return null;
    };
    const value = JSON.parse(text) as Json;
    if (whole) collect(value);
    else split(value, collect);
  }
  return found;
}

/** Of one of many rows: one that is spoilt names none, and is told of by whoever reads it. */
export function refsOrNone(find: () => PayloadRef[]): PayloadRef[] {
  try {
    return find();
  } catch {
    return [];
  }
}

/** @param contents by `refOf`: what `refsIn` asked for */
export function readStored<T>(text: string, contents: ReadonlyMap<string, string>): T {
  const value = JSON.parse(text) as Json;
  return (text.includes(MARK) ? split(value, slotReader(contents)) : value) as T;
}

export function readStoredValue(text: string, contents: ReadonlyMap<string, string>): Json {
  const value = JSON.parse(text) as Json;
  return text.includes(MARK) ? slotReader(contents)(value) : value;
}

/** A value of something read without its payloads: as it is, or the size in bytes of one that is stored apart. */
export function inlineOrSize(value: Json): { readonly value: Json } | { readonly bytes: number } {
  const ref = refIn(value);
  if (ref !== undefined) return { bytes: ref.size };
  const inner = isMarked(value) ? value[MEMBER] : undefined;
  return { value: isJsonObject(inner) && 'literal' in inner ? inner['literal']! : value };
}

const isBig = (text: string): boolean =>
  text.length > INLINE_BYTES || (text.length * 3 > INLINE_BYTES && Buffer.byteLength(text) > INLINE_BYTES);

/** Applies `slot` to the user's values in something structured, and to nothing inside them. */
function split(value: unknown, slot: (value: Json) => Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => split(element, slot));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, isSlot(key, member) ? slot(member as Json) : split(member, slot)]),
  );
}

/** A `message` is a text for people, but for the one that is emitted. */
const isSlot = (key: string, member: unknown): boolean => slots.has(key) && !(key === 'message' && typeof member === 'string');

const slotWriter =
  (instanceId: string, payloads: Payloads) =>
  (value: Json): Json => {
    const content = canonicalJson(value);
    if (!isBig(content)) return isMarked(value) ? { [MEMBER]: { literal: value } } : value;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const size = Buffer.byteLength(content);
    payloads.add({ instanceId, sha256, size, content });
    const ref: JsonObject = { ref: refOf({ instanceId, sha256 }), size, sha256 };
    if (Array.isArray(value)) ref['length'] = value.length;
    return { [MEMBER]: ref };
  };

const slotReader =
  (contents: ReadonlyMap<string, string>) =>
  (value: Json): Json => {
    if (!isMarked(value)) return value;
    const inner = value[MEMBER] as JsonObject;
    if ('literal' in inner) return inner['literal']!;
    const { ref } = inner as unknown as PayloadRef;
    const content = contents.get(ref);
    if (content === undefined) throw new Error(`expected payload ${String(ref)} to be stored, but it is gone`);
    return JSON.parse(content) as Json;
  };

const refOfOurs = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/[0-9a-f]{64}$/;

/** Undefined for what somebody else has made of one: it cannot be asked for, and must not keep others from being found. */
function refIn(value: Json): PayloadRef | undefined {
  const inner = isMarked(value) ? value[MEMBER] : undefined;
  if (!isJsonObject(inner)) return undefined;
  const { ref, size, sha256 } = inner;
  const isOurs = typeof ref === 'string' && refOfOurs.test(ref) && ref.endsWith(`/${String(sha256)}`) && typeof size === 'number';
  return isOurs ? (inner as unknown as PayloadRef) : undefined;
}

/** Only an object of exactly this one member: what the user may write by chance is kept as a literal. */
const isMarked = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && MEMBER in value && Object.keys(value).length === 1;
