import type { Options } from 'amqplib';
import { deadLetterQueue, exchanges } from '#libs/contracts';
import type { QueueKind, QueueSpec } from '../transport.js';

/** High enough never to be reached, and a number 3.10 understands: there, -1 drops at the first return; 4.x would count to 20. */
const deliveryLimit = 1_000_000_000;

/** How RabbitMQ is asked for a queue; alike on 3.10 and 4.x. */
export function queueArguments(spec: QueueSpec, kind: QueueKind): Options.AssertQueue {
  if (spec.life === 'exclusive') return exclusiveQueue(spec);
  return spec.name === deadLetterQueue ? keptQueue() : sharedQueue(spec, kind);
}

/** Dead letters are for people, in every profile; one that changed its kind with the profile would stop every start. */
function keptQueue(): Options.AssertQueue {
  return { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': deliveryLimit } };
}

/** What we cannot use we bury ourselves; its dead-letter exchange is for what an operator's policy throws out. */
function sharedQueue(spec: QueueSpec, kind: QueueKind): Options.AssertQueue {
  const args: Record<string, unknown> = { 'x-queue-type': kind, 'x-dead-letter-exchange': exchanges.deadLetters };
  if (kind === 'quorum') args['x-delivery-limit'] = deliveryLimit;
  if (spec.singleActiveConsumer === true) args['x-single-active-consumer'] = true;
  return { durable: true, arguments: args };
}

/** Exclusive queues are classic whatever the virtual host's default; what a bounded one drops is meant to be lost. */
function exclusiveQueue(spec: QueueSpec): Options.AssertQueue {
  const bounds = spec.maxLength === undefined ? {} : { 'x-max-length': spec.maxLength, 'x-overflow': 'drop-head' };
  return { durable: false, exclusive: true, autoDelete: true, arguments: { 'x-queue-type': 'classic', ...bounds } };
}

/** As the versions before asked for it: their queues stay as they are, with what is in them, and take a kind no less exactly. */
export function earlierArguments(spec: QueueSpec, kind: QueueKind): Options.AssertQueue {
  const now = queueArguments(spec, kind);
  if (kind !== 'quorum' || spec.life === 'exclusive' || spec.name === deadLetterQueue) return now;
  return { ...now, arguments: { ...now.arguments, 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } };
}
