/**
 * Array parameters, written at once: the driver's own writer looks at every element's type and escapes each with two regular
 * expressions, which costs more than the rest of a batch. Columns of hot statements are in PostgreSQL's binary form: nothing is
 * quoted here and taken apart there. A value that its binary form cannot hold goes as a literal, so that PostgreSQL is who refuses it.
 */
export type PgArray = string | Buffer;

type Elements<T> = readonly (T | null | undefined)[];

/** Numbers, booleans and other elements that need no quotes, as a literal; null becomes NULL. */
export const plainArray = (elements: Elements<number | string>): string => {
  let text = '{';
  for (let i = 0; i < elements.length; i++) text += `${i === 0 ? '' : ','}${elements[i] ?? 'NULL'}`;
  return `${text}}`;
};

/** Any text as a literal, for where an array is an element itself. */
export const textLiteral = (elements: readonly string[]): string =>
  `{${elements.map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;

/** `text[]`: any text. */
export const textArray = (elements: Elements<string>): PgArray => binary(25, elements, writeText)!;

/** `uuid[]`. */
export const uuidArray = (elements: Elements<string>): PgArray => binary(2950, elements, writeUuid) ?? plainArray(elements);

/** `int[]`. */
export const intArray = (elements: Elements<number>): PgArray => binary(23, elements, writeInt) ?? plainArray(elements);

/** `bigint[]` of safe integers. */
export const bigintArray = (elements: Elements<number>): PgArray => binary(20, elements, writeBigint) ?? plainArray(elements);

const headerBytes = 20;
/** Scratch that has grown beyond this is let go after use. */
const scratchKept = 4 * 1024 * 1024;
/** Arrays are written here and copied out when their length is known: this is all one thread. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Writes an element behind its length, from `at` on. @returns where the next begins, or -1 when it has no such form */
type Write<T> = (element: T, at: number) => number;

/** @returns undefined when an element has no binary form */
function binary<T>(type: number, elements: Elements<T>, write: Write<T>): Buffer | undefined {
  // dimensions, whether there are NULLs, type of the elements; then length and lower bound of the one dimension
  let at = reserve(0, headerBytes);
  at = int32(int32(int32(0, elements.length === 0 ? 0 : 1), 1), type);
  if (elements.length > 0) at = int32(int32(at, elements.length), 1);
  for (const element of elements) {
    at = element === null || element === undefined ? int32(reserve(at, 4), -1) : write(element, at);
    if (at === -1) return undefined;
  }
  const written = Buffer.from(scratch.subarray(0, at));
  if (scratch.length > scratchKept) scratch = Buffer.allocUnsafeSlow(64 * 1024);
  return written;
}

function reserve(at: number, bytes: number): number {
  if (at + bytes <= scratch.length) return at;
  const larger = Buffer.allocUnsafeSlow(Math.max(at + bytes, 2 * scratch.length));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
  return at;
}

/** Bytes by hand: the methods of Buffer check what is known here. */
function int32(at: number, value: number): number {
  const bytes = scratch;
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

function writeInt(value: number, at: number): number {
  if ((value | 0) !== value) return -1;
  return int32(int32(reserve(at, 8), 4), value);
}

function writeBigint(value: number, at: number): number {
  if (!Number.isSafeInteger(value)) return -1;
  return int32(int32(int32(reserve(at, 12), 8), Math.floor(value / 0x1_0000_0000)), value >>> 0);
}

/** Up to this length, characters one by one are quicker than a call of the native writer. */
const shortText = 24;

function writeText(text: string, at: number): number {
  const { length } = text;
  const from = reserve(at, 4 + 3 * length) + 4;
  let i = 0;
  if (length <= shortText) {
    const bytes = scratch;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) break;
      bytes[from + i] = code;
    }
  }
  const written = i === length ? length : scratch.write(text, from);
  int32(at, written);
  return from + written;
}

const dash = 0x2d;
/** By code of a hexadecimal digit. */
const digits = new Int8Array(128).fill(-1);
for (const digit of '0123456789abcdefABCDEF') digits[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

function writeUuid(text: string, at: number): number {
  if (text.length !== 36) return -1;
  let to = int32(reserve(at, 20), 16);
  const bytes = scratch;
  for (let i = 0; i < 36; i += 2) {
    if ((i === 8 || i === 13 || i === 18 || i === 23) && text.charCodeAt(i++) !== dash) return -1;
    const byte = ((digits[text.charCodeAt(i)] ?? -1) << 4) | (digits[text.charCodeAt(i + 1)] ?? -1);
    if (byte < 0) return -1;
    bytes[to++] = byte;
  }
  return to;
}
