import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { MessageTooLargeError } from './errors.js';
import type { OutgoingMessage } from './transport.js';

/** Brokers of the 4.x line refuse more by default. */
export const maxMessageBytes = 16 * 1024 * 1024;
/** Deeper JSON is nobody's business document; readers that recurse stay safe. */
export const maxMessageDepth = 500;

export type UnreadableCode = 'empty' | 'tooLarge' | 'notUtf8' | 'tooDeep' | 'notJson' | 'wrongVersion' | 'wrongShape';

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  /** `reason` is for people: what was expected and what was found. */
  | { readonly ok: false; readonly code: UnreadableCode; readonly reason: string };

export function encodeEnvelope(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/** @throws MessageTooLargeError when the broker would refuse one of them, and with it the channel of all */
export function checkSizes(messages: readonly OutgoingMessage[]): void {
  for (const { content } of messages) {
    if (content.length > maxMessageBytes) throw new MessageTooLargeError(content.length, maxMessageBytes);
  }
}

/**
 * Reads a message body; whatever it holds, this returns.
 * @param schema what the envelope must be; versions it does not know are `wrongVersion`
 * @param isPlain a quick check: what it says yes to is taken as it is, everything else is for the schema
 */
export function decodeEnvelope<S extends z.ZodType>(
  content: Buffer,
  schema: S,
  isPlain?: (value: unknown) => boolean,
): Decoded<z.output<S>> {
  const parsed = decodeJson(content);
  if (!parsed.ok) return parsed;
  if (isPlain?.(parsed.value) === true) return parsed as Decoded<z.output<S>>;
  try {
    const result = schema.safeParse(parsed.value);
    if (result.success) return { ok: true, value: result.data };
    const [issue] = result.error.issues;
    const at = issue === undefined || issue.path.length === 0 ? 'the envelope' : issue.path.join('.');
    const code = issue?.path[0] === 'v' ? 'wrongVersion' : 'wrongShape';
    return unreadable(code, `${at}: ${issue?.message ?? 'does not fit the schema'}`);
  } catch (error) {
    return unreadable('wrongShape', `the schema could not be checked: ${String(error)}`);
  }
}

function decodeJson(content: Buffer): Decoded<unknown> {
  if (content.length === 0) return unreadable('empty', 'expected a JSON document, but the body is empty');
  if (content.length > maxMessageBytes) {
    return unreadable('tooLarge', `expected at most ${maxMessageBytes} bytes, but the body has ${content.length}`);
  }
  if (!isUtf8(content)) return unreadable('notUtf8', 'expected UTF-8, but the body holds other bytes');
  if (isDeeperThan(content, maxMessageDepth))
    return unreadable('tooDeep', `expected at most ${maxMessageDepth} levels of nesting`);
  try {
    return { ok: true, value: JSON.parse(content.toString('utf8')) as unknown };
  } catch (error) {
    return unreadable('notJson', `expected JSON, but ${(error as Error).message}`);
  }
}

const quote = 0x22;
const backslash = 0x5c;

/** Counts brackets outside strings, without recursion. */
function isDeeperThan(content: Buffer, limit: number): boolean {
  if (content.length <= limit || hasFewBrackets(content, limit)) return false;
  let depth = 0;
  for (let i = 0; i < content.length; i += 1) {
    const byte = content[i];
    if (byte === quote) i = endOfString(content, i);
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

/** The usual case: too few opening brackets, those in strings included, to be that deep. The search is native, reading all bytes here is not. */
function hasFewBrackets(content: Buffer, limit: number): boolean {
  let found = 0;
  for (const bracket of [0x5b, 0x7b]) {
    for (let at = content.indexOf(bracket); at !== -1; at = content.indexOf(bracket, at + 1)) if (++found > limit) return false;
  }
  return true;
}

function endOfString(content: Buffer, start: number): number {
  let end = content.indexOf(quote, start + 1);
  while (end !== -1 && isEscaped(content, end)) end = content.indexOf(quote, end + 1);
  return end === -1 ? content.length : end;
}

function isEscaped(content: Buffer, at: number): boolean {
  let backslashes = 0;
  while (content[at - 1 - backslashes] === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}

function unreadable(code: UnreadableCode, reason: string): Decoded<never> {
  return { ok: false, code, reason };
}
