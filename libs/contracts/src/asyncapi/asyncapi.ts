import { Components } from '../components.js';
import { type Channel, type ChannelMessage, channelTags } from './channel.js';
import { channels } from './channels.js';

type Fragment = Record<string, unknown>;
const ref = (path: string): Fragment => ({ $ref: `#/${path}` });
const named = <T extends { readonly id: string }>(items: readonly T[], describe: (item: T) => Fragment): Fragment =>
  Object.fromEntries(items.map((item) => [item.id, describe(item)]));

/** The AsyncAPI 3 document of the messages over RabbitMQ. */
export function asyncApiDocument(version: string): Fragment {
  const components = new Components('draft-7');
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'OrquestraX messages',
      version,
      description:
        'Messages over RabbitMQ (AMQP 0-9-1, UTF-8 JSON). Other systems send commands and get replies, read lifecycle events, or let triggers ' +
        'take what they publish anyway; channels with `x-public: false` are between services of the platform.',
      license: { name: 'MIT' },
      tags: Object.entries(channelTags).map(([name, description]) => ({ name, description })),
    },
    defaultContentType: 'application/json',
    servers: { amqp: server('amqp', '5672'), amqps: server('amqps', '5671') },
    channels: named(channels, (channel) => channelOf(channel, components)),
    operations: named(
      channels.filter(({ isPublic }) => isPublic),
      operationOf,
    ),
    components: {
      schemas: components.schemas,
      securitySchemes: {
        user: {
          type: 'userPassword',
          description: 'A user of RabbitMQ that may write to the exchange `orquestra.commands` and read queues of its own',
        },
      },
    },
  };
}

const server = (protocol: 'amqp' | 'amqps', port: string): Fragment => ({
  host: `{host}:${port}`,
  protocol,
  protocolVersion: '0.9.1',
  description: protocol === 'amqps' ? 'RabbitMQ over TLS' : 'RabbitMQ',
  variables: { host: { default: 'localhost', description: 'Host of AMQP_URL' } },
  security: [ref('components/securitySchemes/user')],
});

/** What is sent to us is described as sent, what we send as received. */
const directionOf = ({ isPublic, action }: Channel): 'input' | 'output' => (isPublic && action === 'send' ? 'output' : 'input');

function channelOf(channel: Channel, components: Components): Fragment {
  const { address, title, description, isPublic, tag = 'Internal', messages } = channel;
  const names = [...(address ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return {
    address,
    title,
    ...(description !== undefined && { description }),
    'x-public': isPublic,
    tags: [{ name: tag }],
    ...(names.length > 0 && { parameters: Object.fromEntries(names.map((name) => [name, {}])) }),
    messages: named(messages, (message) => messageOf(message, directionOf(channel), components)),
    ...(channel.queue !== undefined && { 'x-queue': channel.queue }),
    ...(channel.exchange !== undefined && { bindings: bindingsOf(channel) }),
  };
}

const bindingsOf = ({ exchange }: Channel): Fragment => ({
  amqp: {
    is: 'routingKey',
    exchange: { ...exchange, autoDelete: false, vhost: '/' },
    bindingVersion: '0.3.0',
  },
});

function messageOf(message: ChannelMessage, io: 'input' | 'output', components: Components): Fragment {
  const { id, summary, headers, exampleHeaders, schema, example, type } = message;
  return {
    name: id,
    title: id,
    summary,
    contentType: 'application/json',
    ...(headers !== undefined && { headers: components.reference(headers, io) }),
    payload: components.reference(schema, io),
    ...(headers?.shape['correlation_id'] !== undefined && { correlationId: { location: '$message.header#/correlation_id' } }),
    ...(type !== undefined && { bindings: { amqp: { messageType: type, bindingVersion: '0.3.0' } } }),
    examples: [{ ...(exampleHeaders !== undefined && { headers: exampleHeaders }), payload: example }],
  };
}

function operationOf({ id, title, description, action = 'receive', tag = 'Internal', messages, replies }: Channel): Fragment {
  return {
    action,
    channel: ref(`channels/${id}`),
    title,
    summary: title,
    ...(description !== undefined && { description }),
    tags: [{ name: tag }],
    messages: messages.map((message) => ref(`channels/${id}/messages/${message.id}`)),
    ...(replies !== undefined && {
      reply: {
        address: { location: '$message.header#/reply_to', description: 'A queue of the sender; without one no answer is sent' },
        channel: ref('channels/replies'),
        messages: replies.map((name) => ref(`channels/replies/messages/${name}`)),
      },
    }),
  };
}
