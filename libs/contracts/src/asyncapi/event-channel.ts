import { z } from 'zod';
import { lifecycleContent, type LifecycleEvent, lifecycleKind, type LifecycleType, lifecycleTypes } from '#libs/engine';
import { lifecycleEventSchema } from '../messages/lifecycle.js';
import { exchanges, lifecycleTypeOf } from '../names.js';
import { exampleInstanceId } from '../openapi/operation.js';
import { severitySchema } from '../rest/webhooks.js';
import type { Channel, ChannelMessage } from './channel.js';

const id = exampleInstanceId;
const at = Date.UTC(2027, 0, 31, 9);
const error = { code: 'CARD_DECLINED', message: 'the card was declined', path: 'charge' };

/** CloudEvents 1.0, binary mode, with the extensions `sequence` and `severity`. */
const eventHeadersSchema = z
  .object({
    message_id: z.string().describe('AMQP property: as `cloudEvents:id`'),
    type: z.string().describe('AMQP property: as `cloudEvents:type`'),
    'cloudEvents:specversion': z.literal('1.0'),
    'cloudEvents:id': z.string().describe('instance/seq: the same at every repeat'),
    'cloudEvents:type': z.string(),
    'cloudEvents:source': z.string(),
    'cloudEvents:subject': z.uuid().describe('The instance'),
    'cloudEvents:time': z.iso.datetime(),
    'cloudEvents:datacontenttype': z.literal('application/json'),
    'cloudEvents:sequence': z.string().describe('Its seq with ten digits: ordered as text, within the subject'),
    'cloudEvents:severity': severitySchema,
    severity: severitySchema.describe('The same, where a binding can match it'),
  })
  .meta({ id: 'EventHeaders' });

/** What the example of an event says beside what all say. */
const dataOf: Partial<Record<LifecycleType, object>> = {
  askOpened: { name: 'approve', kind: 'approval', prompt: 'Ship order o-1?', assignees: ['ada'], dueAt: at + 3_600_000 },
  instancePaused: { by: 'ada', reason: 'the shop is closed' },
  instanceResumed: { by: 'ada', pausedMs: 60_000 },
  instanceRetried: { by: 'ada', reason: 'the bank is back' },
  instanceCancelled: { by: 'ada', reason: 'ordered twice' },
  instanceOverdue: { timeoutAt: at },
  instanceFailed: { error },
  instanceTimedOut: { error: { code: 'TIMED_OUT', message: 'the instance took longer than 2h' } },
  instanceCompensated: { error },
  instanceCompensationFailed: { error, failures: [{ path: 'ship', code: 'HTTP_500', message: 'the carrier did not answer' }] },
};

function messageOf(type: LifecycleType): ChannelMessage {
  const { name, severity } = lifecycleKind(type);
  const event = { type, seq: 7, generation: 1, at, path: 'decide', data: dataOf[type] ?? {} } as unknown as LifecycleEvent;
  const told = { id, definition: 'order.process', version: '1.2.0', key: 'o-1' };
  return {
    id: `Instance${name[0]!.toUpperCase()}${name.slice(1)}`, // not that of an answer: `Started` is one
    summary: `routing key \`<definition>.${name}\``,
    schema: lifecycleEventSchema,
    example: { ...lifecycleContent(told, event), ...(type === 'instanceCompleted' && { output: { chargeId: 'c-1' } }) },
    type: lifecycleTypeOf(name),
    headers: eventHeadersSchema,
    exampleHeaders: {
      message_id: `${id}/7`,
      type: lifecycleTypeOf(name),
      'cloudEvents:specversion': '1.0',
      'cloudEvents:id': `${id}/7`,
      'cloudEvents:type': lifecycleTypeOf(name),
      'cloudEvents:source': '/orquestrax',
      'cloudEvents:subject': id,
      'cloudEvents:time': new Date(at).toISOString(),
      'cloudEvents:datacontenttype': 'application/json',
      'cloudEvents:sequence': '0000000007',
      'cloudEvents:severity': severity,
      severity,
    },
  };
}

/** What happens to instances, for whoever binds a queue. */
export const eventChannel: Channel = {
  id: 'events',
  address: '{definition}.{event}',
  title: 'What happens to instances, as CloudEvents',
  description:
    'Bind a queue of your own, bounded if you may be away for long. At least once: `cloudEvents:id` tells repeats. After a fault a later ' +
    'event may overtake an earlier one (`seq` tells); `GET /api/v1/feed` never lets one, and keeps 7 days.',
  exchange: { name: exchanges.events, type: 'topic', durable: true },
  isPublic: true,
  action: 'send',
  tag: 'Events',
  messages: lifecycleTypes.map(messageOf),
};
