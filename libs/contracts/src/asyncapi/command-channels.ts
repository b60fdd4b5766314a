import { commandsQueue, exchanges } from '../names.js';
import { type ActCommand, actCommandSchemas, eventCommandSchema } from '../messages/commands.js';
import { startBodySchema } from '../rest/instances.js';
import { exampleInstanceId } from '../openapi/operation.js';
import type { Channel, ChannelMessage } from './channel.js';
import { commandHeadersSchema } from './headers.js';

const id = exampleInstanceId;
const commands = { name: exchanges.commands, type: 'topic', durable: true } as const;

const about: Readonly<Record<ActCommand, readonly [title: string, example: object]>> = {
  'workflow.cancel': ['Cancel an instance', { id, reason: 'ordered twice' }],
  'workflow.pause': ['Pause an instance', { id, reason: 'waiting for the supplier' }],
  'workflow.resume': ['Let a paused instance go on', { id }],
  'workflow.retry': ['Retry a failed instance from its failed steps', { id, reason: 'the bank is back' }],
  'workflow.step.retry': ['Retry one step', { id, path: 'charge', input: { cents: 4200 } }],
  'workflow.step.skip': ['Skip one step', { id, path: 'charge', output: { chargeId: 'c-1' } }],
  'workflow.step.complete': ['Complete a waiting step or a block', { id, path: 'ship' }],
  'workflow.step.cancel': ['Cancel one step', { id, path: 'charge' }],
  'workflow.ask.answer': ['Answer what an instance asks', { id, name: 'approve', value: 'approved', by: 'ada' }],
  'workflow.ask.claim': ['Say that one will answer', { id, name: 'approve', by: 'ada' }],
  'workflow.ask.reassign': ['Ask other people', { id, name: 'approve', assignees: ['bob'] }],
};

/** `workflow.step.retry` → `StepRetry` */
const pascal = (key: string): string =>
  key
    .split('.')
    .slice(1)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

type Told = Pick<ChannelMessage, 'schema' | 'example'> & {
  readonly address: string;
  readonly title: string;
  /** What it may be answered with, beside a refusal. */
  readonly answers: readonly string[];
};

const channel = ({ address, title, schema, example, answers }: Told): Channel => {
  const name = pascal(address);
  return {
    id: name.charAt(0).toLowerCase() + name.slice(1),
    address,
    title,
    exchange: commands,
    queue: commandsQueue,
    isPublic: true,
    tag: 'Commands',
    replies: [...answers, 'Refused'],
    messages: [
      {
        id: name,
        schema,
        summary: 'As the body of the call of the API',
        example,
        headers: commandHeadersSchema,
        exampleHeaders: { message_id: `${address}-1`, reply_to: 'partner.answers', correlation_id: 'c-1' },
      },
    ],
  };
};

/** Everything other systems may tell the platform over RabbitMQ. */
export const commandChannels: readonly Channel[] = [
  channel({
    address: 'workflow.start',
    title: 'Start an instance; message_id is required and makes it idempotent for 7 days',
    schema: startBodySchema,
    example: { definition: 'order.process', input: { id: 'o-1' }, key: 'o-1' },
    answers: ['Started', 'Ended'],
  }),
  ...(Object.keys(actCommandSchemas) as ActCommand[]).map((address) =>
    channel({
      address,
      title: about[address][0],
      schema: actCommandSchemas[address],
      example: about[address][1],
      answers: ['Acted'],
    }),
  ),
  channel({
    address: 'workflow.event',
    title: 'Deliver an event, by key or to one instance',
    schema: eventCommandSchema,
    example: { name: 'payment', key: 'o-77', payload: { status: 'success' } },
    answers: ['EventOutcome'],
  }),
];
