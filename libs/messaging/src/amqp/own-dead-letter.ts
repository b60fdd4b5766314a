import { exchanges } from '#libs/contracts';
import { maxMessageBytes } from '../codec.js';
import type { Delivery, OutgoingMessage } from '../transport.js';

const deaths = 'x-death';
type Header = string | number | boolean;

/**
 * Whether the broker may not be asked to dead-letter a message. It adds to its header `x-death`, and crashes where somebody has sent one
 * of another form: RabbitMQ 3.10 takes the message up again and again, and after the sixth crash no queue of the whole node that keeps
 * its dead letters can be opened any more.
 */
export const isUnsafeToReject = ({ headers }: Pick<Delivery, 'headers'>): boolean => Object.hasOwn(headers, deaths);

/** The dead letter it becomes, with what can be kept of its headers and where it came from. */
export function deadLetterOf({
  queue,
  exchange,
  routingKey,
  content,
  contentType,
  messageId,
  headers,
}: Delivery): OutgoingMessage {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, Header] => entry[0] !== deaths && ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return {
    exchange: exchanges.deadLetters,
    routingKey,
    // more than that nobody may publish; the start of it tells whose it was
    content: content.subarray(0, maxMessageBytes),
    ...(contentType !== undefined && { contentType }),
    ...(messageId !== undefined && { messageId }),
    headers: {
      ...Object.fromEntries(kept),
      ...(content.length > maxMessageBytes && { 'x-cut-from-bytes': content.length }),
      'x-first-death-reason': 'rejected',
      'x-first-death-exchange': exchange,
      'x-first-death-queue': queue,
    },
  };
}
