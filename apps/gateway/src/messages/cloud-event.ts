import type { Delivery } from '#libs/messaging';
import { ApiProblem, fault } from '../http/api-problem.js';
import { utf8Text } from '../http/read-body.js';
import { parseRequestJson } from '../http/request-json.js';
import { isJsonType, mediaTypeOf } from './media-type.js';

/** Attributes of CloudEvents 1.0, without their prefix. `id`, `source`, `type` and `specversion` are always there. */
export type CloudEventAttributes = Readonly<Record<string, string>> & {
  readonly id: string;
  readonly source: string;
  readonly type: string;
};

/** Before the names of attributes in headers: as the binding for AMQP has it, or for senders whose library refuses colons. */
export type AttributePrefix = 'cloudEvents:' | 'cloudEvents_';

export interface CloudEvent {
  readonly attributes: CloudEventAttributes;
  /** How an answer writes its own attributes. */
  readonly prefix: AttributePrefix;
}

/** What a message carries. `value`: of a structured event, parsed with it; else the bytes are as they came. */
export interface MessageContent {
  readonly event: CloudEvent | undefined;
  /** Of the content, not of what was wrapped around it. */
  readonly contentType: string | undefined;
  readonly data: { readonly bytes: Buffer } | { readonly value: unknown };
}

const structured = 'application/cloudevents+json';
const batched = 'application/cloudevents-batch+json';
const required = ['id', 'source', 'type', 'specversion'] as const;

/**
 * Takes a CloudEvent apart, in binary mode (attributes are headers) or structured mode (attributes are in the content); any other
 * message is handed on as it is.
 * @throws ApiProblem CLOUD_EVENT_INVALID, CONTENT_TYPE_UNSUPPORTED (a batch), and what JSON that cannot be read means
 */
export function openMessage({
  content,
  contentType,
  headers,
}: Pick<Delivery, 'content' | 'contentType' | 'headers'>): MessageContent {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === batched)
    throw new ApiProblem('CONTENT_TYPE_UNSUPPORTED', 'expected one CloudEvent, but was a batch of them', {
      errors: [fault('BATCH_UNSUPPORTED', '', `was ${batched}`, `send each by itself, as ${structured} or with headers`)],
    });
  if (mediaType === structured) return openStructured(content);
  const found = attributesIn(headers);
  if (found === undefined) return { event: undefined, contentType, data: { bytes: content } };
  const { attributes, prefix } = found;
  return { event: { attributes: requireAttributes(attributes), prefix }, contentType, data: { bytes: content } };
}

/** The attributes of an answer as headers. */
export const toHeaders = (attributes: Readonly<Record<string, string>>, prefix: AttributePrefix): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [prefix + name, value]));

function attributesIn(
  headers: Readonly<Record<string, unknown>>,
): { readonly attributes: Record<string, string>; readonly prefix: AttributePrefix } | undefined {
  const prefix = (['cloudEvents:', 'cloudEvents_'] as const).find((each) => Object.hasOwn(headers, `${each}specversion`));
  if (prefix === undefined) return undefined;
  const own = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return { prefix, attributes: Object.fromEntries(own.flatMap(([name, value]) => textOf(name.slice(prefix.length), value))) };
}

const textOf = (name: string, value: unknown): [string, string][] =>
  ['string', 'number', 'boolean'].includes(typeof value) ? [[name.toLowerCase(), String(value)]] : [];

function requireAttributes(attributes: Readonly<Record<string, string>>): CloudEventAttributes {
  const missing = required.filter((name) => !attributes[name]);
  if (missing.length > 0)
    throw new ApiProblem('CLOUD_EVENT_INVALID', `expected ${required.join(', ')}, but there is no ${missing.join(', ')}`, {
      errors: missing.map((name) => fault('REQUIRED', `/${name}`, 'expected text, but there was nothing')),
    });
  if (attributes['specversion'] !== '1.0')
    throw new ApiProblem(
      'CLOUD_EVENT_INVALID',
      `expected specversion 1.0, but was ${JSON.stringify(attributes['specversion']?.slice(0, 20))}`,
    );
  return attributes as CloudEventAttributes;
}

function openStructured(content: Buffer): MessageContent {
  const whole = parseRequestJson(utf8Text(content));
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole))
    throw new ApiProblem('CLOUD_EVENT_INVALID', 'expected a JSON object with the attributes and `data`, but was something else');
  const { data = null, data_base64: base64, ...rest } = whole as Record<string, unknown>;
  const attributes = requireAttributes(Object.fromEntries(Object.entries(rest).flatMap(([name, value]) => textOf(name, value))));
  const event = { attributes, prefix: 'cloudEvents:' } as const;
  const contentType = attributes['datacontenttype'];
  if (typeof base64 === 'string') return { event, contentType, data: { bytes: Buffer.from(base64, 'base64') } };
  // Text that is said to be no JSON stays text; anything else in `data` is JSON by itself.
  const isText = typeof data === 'string' && contentType !== undefined && !isJsonType(mediaTypeOf(contentType));
  return { event, contentType, data: isText ? { bytes: Buffer.from(data) } : { value: data } };
}
