import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '#libs/engine';
import type { Delivery } from '#libs/messaging';
import { ApiProblem } from '../http/api-problem.js';
import { bodyLimit } from '../http/entry.js';
import { utf8Text } from '../http/read-body.js';
import { parseRequestJson, requireKeepable } from '../http/request-json.js';
import { type CloudEvent, type MessageContent, openMessage, toHeaders } from '../messages/cloud-event.js';
import { isJsonType, mediaTypeOf } from '../messages/media-type.js';

/** What expressions see as `message`. What a message does not have is null. */
export type MessageRoot = JsonObject & { readonly body: Json };

export interface OpenedMessage {
  readonly root: MessageRoot;
  /** `message_id`, or source and id of the CloudEvent. */
  readonly id: string | undefined;
}

/**
 * JSON by its content type, or because it is; any other text is a text.
 * @throws ApiProblem BODY_TOO_LARGE, BODY_INVALID, BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, VALUE_NOT_STORABLE, CLOUD_EVENT_INVALID,
 *                    CONTENT_TYPE_UNSUPPORTED
 */
export function openForTrigger(delivery: Delivery): OpenedMessage {
  const { content, exchange, routingKey, timestamp } = delivery;
  if (content.length > bodyLimit)
    throw new ApiProblem('BODY_TOO_LARGE', `expected a message of at most ${bodyLimit} bytes, but it has ${content.length}`);
  const { event, contentType, data } = openMessage(delivery);
  const id = idOf(delivery, event);
  const root = {
    body: bodyOf(data, mediaTypeOf(contentType)),
    headers: requireKeepable(headersOf(delivery, event)),
    ...{ exchange, routingKey, contentType: contentType ?? null },
    messageId: delivery.messageId ?? event?.attributes.id ?? null,
    timestamp: timestamp === undefined ? null : isoOf(timestamp),
  };
  return { root, id };
}

/** Names a message that has no id of its own: by all that it is. Two that are alike in everything have the same. */
export function fingerprintOf({ queue, exchange, routingKey, content, headers, timestamp }: Delivery): string {
  const { 'x-delivery-count': _, ...own } = headers;
  const about = JSON.stringify([queue, exchange, routingKey, timestamp ?? null, own]);
  return createHash('sha256').update(about).update(content).digest('hex');
}

function idOf({ messageId }: Delivery, event: CloudEvent | undefined): string | undefined {
  if (messageId !== undefined && messageId !== '') return messageId;
  return event && `${event.attributes.source} ${event.attributes.id}`;
}

function bodyOf(data: MessageContent['data'], mediaType: string): Json {
  if ('value' in data) return data.value as Json;
  const text = utf8Text(data.bytes);
  if (isJsonType(mediaType)) return parseRequestJson(text) as Json;
  if (mediaType.startsWith('text/')) return requireKeepable(text);
  return looksLikeJson(text) ? (parseRequestJson(text) as Json) : requireKeepable(text);
}

/** Of senders that say nothing of what they send. */
function looksLikeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Plain values; attributes of a CloudEvent are headers, whichever way it came. */
function headersOf({ headers }: Delivery, event: CloudEvent | undefined): JsonObject {
  const plain = Object.entries(headers).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return { ...(Object.fromEntries(plain) as JsonObject), ...(event && toHeaders(event.attributes, 'cloudEvents:')) };
}

function isoOf(seconds: number): string | null {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
