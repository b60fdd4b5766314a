import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib';
import fc from 'fast-check';
import type { Json } from '#libs/engine';
import {
  type Acquaintances,
  type ContractSchema,
  fuzzRuns,
  fuzzSeedWords,
  hostileText,
  mutated,
  schemaValues,
  until,
} from '#libs/testing';
import { acquaint } from './acquaintances.js';
import type { FuzzedProduct, LogRecord } from './fuzzed-product.js';

interface AsyncApi {
  readonly channels: Readonly<
    Record<
      string,
      { readonly address: string | null; readonly messages: Readonly<Record<string, { readonly payload: ContractSchema }>> }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, ContractSchema>> };
}
interface Message {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
}

/** A message nobody can read, and commands that are refused, are told to a person; nothing else may be. */
const expectedKinds = new Set(['unreadable', 'refusedCommand', 'refusedMessage']);
const isToldOnPurpose = ({ kind = '', msg = '' }: LogRecord): boolean =>
  expectedKinds.has(kind) || msg.endsWith('the message went to the dead letters');
const settledWithinMs = 30_000;

/** Every channel of the published contract that somebody of ours consumes. */
export function describeAmqp(opened: () => FuzzedProduct): void {
  it(`any message on any exchange is done, answered or put aside (${fuzzSeedWords})`, async () => {
    const product = opened();
    const document = (await (await fetch(`${product.url}/asyncapi.json`)).json()) as AsyncApi;
    const messages = messagesOf(document, { schemas: document.components.schemas, known: await acquaint(product) });
    const connection = await connect(product.servers.amqpUrl);
    await product.expectWell(); // its step has made the queue of the task
    await until(() => areThere(connection), settledWithinMs);
    const channel = await connection.createConfirmChannel();
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(messages, { minLength: 20, maxLength: 20 }), async (batch) => {
          for (const { exchange, routingKey, content, properties } of batch)
            channel.publish(exchange, routingKey, content, properties);
          await channel.waitForConfirms();
          expect(await whatStays(channel)).toEqual({});
          await product.expectWell(isToldOnPurpose);
        }),
        { ...fuzzRuns(20, 5_000), endOnFailure: true }, // a batch smaller than it was tells no more
      );
    } finally {
      await connection.close();
    }
  });
}

const queues = ['orquestra.commands', 'orquestra.partition.1.0', 'orquestra.partition.1.1', 'orquestra.steps.default.echo'];

/** On a channel of its own: asking for a queue that is not there ends it. */
async function areThere(connection: ChannelModel): Promise<true | undefined> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    for (const queue of queues) await channel.checkQueue(queue);
    await channel.close();
    return true;
  } catch {
    return undefined;
  }
}

/** Messages that nobody takes off a queue. */
async function whatStays(channel: ConfirmChannel): Promise<Record<string, number>> {
  let left: Record<string, number> = {};
  await until(async () => {
    const counts = await Promise.all(
      queues.map(async (queue) => [queue, (await channel.checkQueue(queue)).messageCount] as const),
    );
    left = Object.fromEntries(counts.filter(([, count]) => count > 0));
    return Object.keys(left).length === 0 || undefined;
  }, settledWithinMs);
  return left;
}

function messagesOf({ channels }: AsyncApi, around: Acquaintances): fc.Arbitrary<Message> {
  const contents = (name: string): fc.Arbitrary<Buffer> =>
    bytes(fc.oneof(...Object.values(channels[name]!.messages).map(({ payload }) => schemaValues(payload, around))));
  const to = (name: string, exchange: string, ...keys: string[]): fc.Arbitrary<Message> =>
    fc.record({ exchange: fc.constant(exchange), routingKey: fc.constantFrom(...keys), content: contents(name), properties });
  const commands = Object.entries(channels).filter(([, { address }]) => address?.startsWith('workflow.') === true);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.oneof(
        ...commands.map(([name, { address }]) => to(name, 'orquestra.commands', address!, address!, 'workflow.start', 'x', '')),
      ),
    },
    { weight: 6, arbitrary: to('partitions', 'orquestra.partitions', 'p.0', 'p.1') },
    { weight: 3, arbitrary: to('steps', 'orquestra.steps', 'default.echo') },
    { weight: 3, arbitrary: to('control', 'orquestra.control', '') },
    { weight: 3, arbitrary: to('live', 'orquestra.live', 'heads.hostile', 'queues') },
  );
}

const bytes = (values: fc.Arbitrary<Json>): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 6, arbitrary: values.map((value) => Buffer.from(JSON.stringify(value))) },
    { weight: 12, arbitrary: mutated(values).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((some) => Buffer.from(some)) },
    { weight: 1, arbitrary: values.map((value) => gzipSync(JSON.stringify(value))) },
  );

const header = fc.oneof(
  hostileText.map((text) => text.slice(0, 1_000).toWellFormed()),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant({ a: [1, { b: null }] }),
  fc.constant([[]]),
);
const cloudEvent = fc.record({
  'cloudEvents:specversion': fc.constantFrom<unknown>('1.0', '0.3', 1, ''),
  'cloudEvents:id': header,
  'cloudEvents:type': fc.oneof(fc.constant<unknown>('dev.orquestrax.workflow.start.v1'), header),
  'cloudEvents:source': header,
});

/** As amqplib is able to write them. */
const properties: fc.Arbitrary<Options.Publish> = fc
  .record({
    messageId: fc.oneof(
      { weight: 6, arbitrary: fc.constant('new') },
      { weight: 1, arbitrary: fc.constantFrom(undefined, '', 'same', 'x'.repeat(250), 'a\nb') },
    ),
    contentType: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom<string | undefined>('application/json', undefined) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'text/plain',
          'application/cloudevents+json',
          'application/cloudevents-batch+json',
          'a\nb',
          ';',
        ),
      },
    ),
    contentEncoding: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom('gzip', 'utf-16', 'x') },
    ),
    replyTo: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom('nowhere', 'a\nb', 'amq.rabbitmq.reply-to.x') },
    ),
    correlationId: fc.option(
      hostileText.map((text) => text.slice(0, 60).toWellFormed()),
      { nil: undefined },
    ),
    headers: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.dictionary(
          fc.constantFrom('wait', 'traceparent', 'x-death', 'v', '__proto__', 'constructor', 'x-delivery-count'),
          header,
        ),
      },
      { weight: 1, arbitrary: cloudEvent },
    ),
  })
  .map(
    ({ messageId, ...others }) => ({ ...others, messageId: messageId === 'new' ? randomUUID() : messageId }) as Options.Publish,
  );
