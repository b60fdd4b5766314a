import { exchanges } from '#libs/contracts';
import { maxMessageBytes } from './codec.js';
import type { Delivery, OutgoingMessage } from './transport.js';

type Header = string | number | boolean;

/** Of a name, a key or an id: AMQP counts their bytes in one. */
const shortBytes = 255;
/** Of all texts among the headers. */
const headerBytes = 16 * 1024;

/**
 * The dead letter a message becomes, with what can be kept of its headers and where it came from. It is published like any other message and
 * its original acknowledged after that, so none is lost in any profile. RabbitMQ's own way of not losing one (`at-least-once`) is not asked for: in
 * 3.10 its supervisor can end for good when a queue is deleted that has it, or when somebody sends a forged `x-death`; after that no queue with
 * it can be opened on the whole node.
 */
export function deadLetterOf({
  queue,
  exchange,
  routingKey,
  content,
  contentType,
  messageId,
  headers,
}: Delivery): OutgoingMessage & { readonly headers: Readonly<Record<string, Header>> } {
  return {
    exchange: exchanges.deadLetters,
    routingKey: isShort(routingKey) ? routingKey : '',
    mandatory: true, // without its queue it is not buried
    // more than that nobody may publish; the start of it tells whose it was
    content: content.subarray(0, maxMessageBytes),
    ...(isShort(contentType) && { contentType }),
    ...(isShort(messageId) && { messageId }),
    headers: {
      ...keptHeaders(headers),
      ...(content.length > maxMessageBytes && { 'x-cut-from-bytes': content.length }),
      'x-first-death-reason': 'rejected',
      'x-first-death-exchange': exchange,
      'x-first-death-queue': queue,
    },
  };
}

/** What was not UTF-8 has grown while it was read: it may not fit any more where it came from. */
const isShort = (text: string | undefined): text is string => text !== undefined && Buffer.byteLength(text) <= shortBytes;

function keptHeaders(headers: Delivery['headers']): Record<string, Header> {
  const kept: Record<string, Header> = {};
  let left = headerBytes;
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'x-death' || !isShort(name)) continue; // a broker's own, which it would take for true
    if (typeof value === 'string') left -= Buffer.byteLength(name) + Buffer.byteLength(value);
    else if (typeof value === 'number' || typeof value === 'boolean') left -= Buffer.byteLength(name) + 9;
    else continue;
    if (left < 0) break;
    kept[name] = value;
  }
  return kept;
}
