import { commandsQueue, exchanges } from '../names.js';
import { type ActCommand, actCommandSchemas, eventCommandSchema } from '../messages/commands.js';
import { exampleInstanceId } from '../openapi/operation.js';
import type { Channel } from './channels.js';

const id = exampleInstanceId;
export const commands = { name: exchanges.commands, type: 'topic', durable: true } as const;

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

const channel = (address: string, title: string, schema: Channel['messages'][number]['schema'], example: unknown): Channel => {
  const name = pascal(address);
  return {
    id: name.charAt(0).toLowerCase() + name.slice(1),
    address,
    title,
    exchange: commands,
    queue: commandsQueue,
    isPublic: true,
    messages: [{ id: name, schema, summary: 'As the body of the call of the API', example }],
  };
};

/** Everything other systems may tell instances, beside starting them. */
export const commandChannels: readonly Channel[] = [
  ...(Object.keys(actCommandSchemas) as ActCommand[]).map((key) =>
    channel(key, about[key][0], actCommandSchemas[key], about[key][1]),
  ),
  channel('workflow.event', 'Deliver an event, by key or to one instance', eventCommandSchema, {
    name: 'payment',
    key: 'o-77',
    payload: { status: 'success' },
  }),
];
