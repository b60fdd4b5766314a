import { z } from 'zod';

const messageId = z.string().min(1).max(200);
const cloudEvent = {
  'cloudEvents:specversion': z.literal('1.0').optional().describe('Makes the message a CloudEvent; `cloudEvents_` is read, too'),
  'cloudEvents:id': z.string().min(1).optional().describe('Stands for a message_id that is missing, together with the source'),
  'cloudEvents:source': z.string().min(1).optional(),
  'cloudEvents:type': z.string().min(1).optional(),
};
const traceparent = z.string().optional().describe('W3C Trace Context; its trace id is named in problems and logs');

/** Properties and headers of a command. */
export const commandHeadersSchema = z
  .object({
    message_id: messageId
      .optional()
      .describe(
        'AMQP property, required unless it is a CloudEvent: names the command. The same one again does nothing, and gets the first answer',
      ),
    reply_to: z
      .string()
      .max(255)
      .optional()
      .describe('AMQP property: a queue of yours that gets the answer; none is sent without. Queues of the platform are refused'),
    correlation_id: z.string().max(255).optional().describe('AMQP property: comes back in the answer; default: the message_id'),
    content_type: z
      .string()
      .optional()
      .describe(
        'AMQP property: `application/json`, which is the default, or `application/cloudevents+json` for a structured CloudEvent',
      ),
    wait: z
      .string()
      .optional()
      .describe(
        'How long the answer may wait for the end of what is started, or for what becomes of the rest: 500ms, 20s; at most 60s',
      ),
    ...cloudEvent,
    'cloudEvents:type': z
      .string()
      .min(1)
      .optional()
      .describe('Names the command when the routing key does not: `dev.orquestrax.workflow.start.v1`'),
    traceparent,
  })
  .meta({ id: 'CommandHeaders' });

/** Properties of an answer. */
export const replyHeadersSchema = z
  .object({
    correlation_id: z.string().describe('AMQP property: that of the command, or its message_id'),
    type: z.string().describe('AMQP property: tells answers apart'),
    ...cloudEvent,
  })
  .meta({ id: 'ReplyHeaders' });

/** A message that a trigger takes. */
export const triggerHeadersSchema = z
  .object({
    message_id: messageId
      .optional()
      .describe(
        'AMQP property: the same one again does nothing. Without it (or the id of a CloudEvent) only a redelivery counts as the same',
      ),
    ...cloudEvent,
    traceparent,
  })
  .meta({ id: 'TriggerHeaders' });
