import { z } from 'zod';
import { type Channel, channels } from './channels.js';

type Fragment = Record<string, unknown>;

/** The AsyncAPI 3 document of the messages over RabbitMQ. */
export function asyncApiDocument(version: string): Fragment {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'OrquestraX messages',
      version,
      description:
        'Messages over RabbitMQ. Other systems use `start`, `cancel` and `replies`; the rest is between services of the platform.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map((channel) => [channel.id, describe(channel)])),
    operations: Object.fromEntries(
      channels
        .filter(({ isPublic }) => isPublic)
        .map(({ id, title }) => [
          id,
          { action: id === 'replies' ? 'send' : 'receive', channel: { $ref: `#/channels/${id}` }, summary: title },
        ]),
    ),
  };
}

function describe({ address, title, exchange, queue, isPublic, messages }: Channel): Fragment {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return {
    address,
    title,
    'x-public': isPublic,
    ...(names.length > 0 && { parameters: Object.fromEntries(names.map((name) => [name, {}])) }),
    messages: Object.fromEntries(
      messages.map(({ id, summary, schema, example }) => [
        id,
        { summary, payload: payloadOf(schema), examples: [{ payload: example }] },
      ]),
    ),
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: { ...exchange, autoDelete: false, vhost: '/' },
        ...(queue !== undefined && { queue: { name: queue, durable: true, exclusive: false, autoDelete: false, vhost: '/' } }),
        bindingVersion: '0.3.0',
      },
    },
  };
}

function payloadOf(schema: z.ZodType): Fragment {
  const { $schema: _, ...payload } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as Fragment;
  return payload;
}
