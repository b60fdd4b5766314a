import { exchanges } from '#libs/contracts';
import { maxMessageBytes } from '../codec.js';
import type { Delivery, OutgoingMessage } from '../transport.js';

const deaths = 'x-death';
type Header = string | number | boolean;

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
}: Delivery): OutgoingMessage {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, Header] => entry[0] !== deaths && ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return {
    exchange: exchanges.deadLetters,
    routingKey,
    mandatory: true, // without its queue it is not buried
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
