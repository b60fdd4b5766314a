import type { IncomingHttpHeaders } from 'node:http';
import type { Json, JsonObject } from '#libs/engine';
import { ApiProblem } from '../http/api-problem.js';
import { utf8Text } from '../http/read-body.js';
import { parseRequestJson, requireKeepable } from '../http/request-json.js';
import { isJsonType, mediaTypeOf } from '../messages/media-type.js';

/** A request to a hook, as it came. */
export interface HookRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Behind the question mark. */
  readonly query: string;
  readonly body: Buffer;
}

/** What expressions see as `request`. */
export type RequestRoot = JsonObject & { readonly body: Json };

/** Who may do something by them alone: they would end in inputs, which are shown. */
const secret: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'webhook-signature',
  'x-api-key',
  'x-hub-signature',
  'x-hub-signature-256',
]);

/**
 * @throws ApiProblem CONTENT_TYPE_UNSUPPORTED, BODY_INVALID, BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, VALUE_NOT_STORABLE
 */
export const readHookRequest = ({ method, headers, query, body }: HookRequest): RequestRoot => ({
  method,
  headers: visible(headers),
  query: requireKeepable(fieldsOf(query)),
  body: readBody(body, headers['content-type']),
});

export function visible(headers: IncomingHttpHeaders): JsonObject {
  const own = Object.entries(headers).filter(([name, value]) => !secret.has(name) && value !== undefined);
  return Object.fromEntries(own.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value!]));
}

function readBody(bytes: Buffer, contentType: string | undefined): Json {
  if (bytes.length === 0) return null;
  const mediaType = mediaTypeOf(contentType);
  if (isJsonType(mediaType)) return parseRequestJson(utf8Text(bytes)) as Json;
  if (mediaType === 'application/x-www-form-urlencoded') return requireKeepable(fieldsOf(utf8Text(bytes)));
  if (mediaType.startsWith('text/')) return requireKeepable(utf8Text(bytes));
  throw new ApiProblem(
    'CONTENT_TYPE_UNSUPPORTED',
    `expected Content-Type application/json, application/x-www-form-urlencoded or text/plain, but was ${mediaType === '' ? 'none' : JSON.stringify(mediaType)}`,
  );
}

/** `a=1&b=2&b=3` → `{a: "1", b: ["2", "3"]}`, as a browser reads it. URLSearchParams of Node takes 4 s for one name half a million times, and spoils letters beside a bad escape. */
function fieldsOf(text: string): JsonObject {
  const fields = new Map<string, string[]>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const end = part.indexOf('=');
    const name = decoded(end < 0 ? part : part.slice(0, end));
    const value = end < 0 ? '' : decoded(part.slice(end + 1));
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value); // in place: a form of one name half a million times must not be copied as often
  }
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]));
}

/** Bad escapes stay as they are, and bytes that are no UTF-8 become U+FFFD. */
function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  const bytes = Buffer.from(spaced);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    const [high, low] = [digitOf(bytes[at + 1]), digitOf(bytes[at + 2])];
    const isEscape = byte === percent && high >= 0 && low >= 0;
    bytes[to++] = isEscape ? high * 16 + low : byte;
    if (isEscape) at += 2;
  }
  return bytes.toString('utf8', 0, to);
}

const percent = 0x25;
const hexDigits = '0123456789abcdef';
const digitOf = (byte: number | undefined): number =>
  byte === undefined ? -1 : hexDigits.indexOf(String.fromCharCode(byte).toLowerCase());
