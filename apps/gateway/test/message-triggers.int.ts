import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import amqp from 'amqplib';
import { exchanges } from '#libs/contracts';
import type { Transport } from '#libs/messaging';
import { IncidentQueries, type IncidentRow } from '#libs/persistence';
import { brokers, type TestBroker } from './brokers.js';
import { startGateway, type TestGateway } from './gateway-app.js';

jest.setTimeout(60_000);

let gateway: TestGateway;
let opened: Awaited<ReturnType<TestBroker['open']>>;

/** Looks again, with a pause, until it is so: what gateways do beside requests is told to nobody. */
async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`expected ${what} within 15 s`);
}

const queueOf = (name: string): string => `orquestra.trigger.${name}`;
const isConsumed = (queue: string): Promise<true> =>
  until(async () => ((await gateway.other.queueDepth(queue))?.consumers ?? 0) > 0 && true, `a consumer of ${queue}`);
const put = async (name: string, spec: object): Promise<void> => {
  const answer = await gateway.request('PUT', `/api/v1/triggers/${name}`, {
    body: { kind: 'message', ...('event' in spec ? {} : { definition: 'greet' }), ...spec },
  });
  if (answer.status > 201) throw new Error(answer.text);
};
const trigger = async (name: string): Promise<any> => (await gateway.request('GET', `/api/v1/triggers/${name}`)).body; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
const instances = async (tag: string): Promise<{ id: string; key: string | null }[]> =>
  (await gateway.request('GET', `/api/v1/instances?key=${tag}`)).body.items;
const refused = async (): Promise<IncidentRow[]> =>
  (await gateway.app.get(IncidentQueries).list({ kinds: ['refusedMessage'] }, { limit: 100 })).items;

type Message = Parameters<Transport['publish']>[0][number];
async function publish(exchange: string, routingKey: string, body: unknown, more: Partial<Message> = {}): Promise<void> {
  const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const [outcome] = await gateway.other.publish([{ exchange, routingKey, content, mandatory: true, ...more }]);
  expect(outcome).toBe('confirmed');
}

describe.each(brokers)('over $name', (broker) => {
  beforeAll(async () => {
    opened = await broker.open();
    gateway = await startGateway({ transport: opened.transport });
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
    });
    await gateway.other.declareExchanges();
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await opened.remove();
  });

  it('starts what the filter lets through, with the mapped input, and shows what it did', async () => {
    const shop = randomUUID();
    const filter = '${message.body.cents > 100}';
    await put('orders', {
      ...{ exchange: exchanges.events, routingKey: `${shop}.placed`, filter },
      ...{ input: { order: '${message.body.order}', from: '${message.headers.shop}' }, key: '${message.body.order}' },
    });
    await isConsumed(queueOf('orders'));
    await publish(exchanges.events, `${shop}.placed`, { order: `${shop}-small`, cents: 7 }, { headers: { shop: 'north' } });
    await publish(exchanges.events, `${shop}.placed`, { order: `${shop}-large`, cents: 700 }, { headers: { shop: 'north' } });
    const [started] = await until(async () => {
      const found = await instances(`${shop}-large`);
      return found.length > 0 && found;
    }, 'an instance');
    const { body } = await gateway.request('GET', `/api/v1/instances/${started!.id}`);
    expect(body.input).toEqual({ order: `${shop}-large`, from: 'north' });
    expect(body.trigger).toEqual({ name: 'orders', scheduledAt: null });
    expect(await instances(`${shop}-small`)).toEqual([]);
    await until(async () => (await trigger('orders')).lastInstance === started!.id, 'the mark of the trigger');
    expect(await trigger('orders')).toMatchObject({ lastOutcome: 'started', note: null });
    await until(async () => (await gateway.other.queueDepth(queueOf('orders')))?.ready === 0, 'an empty queue');
  });

  it('delivers an event by key', async () => {
    const shop = randomUUID();
    await put('payments', {
      ...{ event: 'paid', key: '${message.body.order}', exchange: exchanges.events, routingKey: shop },
      input: { cents: '${message.body.cents}' },
    });
    await isConsumed(queueOf('payments'));
    await publish(exchanges.events, shop, { order: shop, cents: 42 });
    const event = await until(async () => {
      const { items } = (await gateway.request('GET', '/api/v1/events?status=waiting')).body as { items: { key: string }[] };
      return items.find(({ key }) => key === shop);
    }, 'the event');
    expect(event).toMatchObject({ name: 'paid', payload: { cents: 42 } });
  });

  it('starts one instance for a message_id that comes again, and one for each of two messages without', async () => {
    const shop = randomUUID();
    await put('repeats', { exchange: exchanges.events, routingKey: shop, input: {}, key: undefined });
    await isConsumed(queueOf('repeats'));
    const count = async (): Promise<number> => {
      const { items } = (await gateway.request('GET', '/api/v1/instances?definition=greet&limit=200')).body as {
        items: unknown[];
      };
      return items.length;
    };
    const before = await count();
    for (let time = 0; time < 3; time += 1) await publish(exchanges.events, shop, { n: 1 }, { messageId: `m-${shop}` });
    const header = { headers: { shop } };
    for (let time = 0; time < 2; time += 1) await publish(exchanges.events, shop, { n: 1 }, header);
    await until(async () => (await count()) >= before + 3, 'three instances');
    await publish(exchanges.events, shop, { n: 2 }, { messageId: `last-${shop}` });
    await until(async () => (await count()) >= before + 4, 'the last instance');
    expect(await count()).toBe(before + 4);
  });

  it('makes one incident of what it refuses, and goes on', async () => {
    const shop = randomUUID();
    await put('strict', {
      exchange: exchanges.events,
      routingKey: shop,
      input: { a: '${message.body.a}' },
      key: '${message.body.a}',
    });
    await isConsumed(queueOf('strict'));
    for (let time = 0; time < 2; time += 1) await publish(exchanges.events, shop, { b: 1 }, { messageId: `bad-${shop}` });
    await publish(exchanges.events, shop, Buffer.of(0xff), { messageId: `bytes-${shop}`, contentType: 'text/plain' });
    await publish(exchanges.events, shop, { a: shop });
    await until(async () => (await instances(shop)).length > 0, 'the good one');
    await until(async () => (await refused()).filter(({ headers }) => headers?.['routingKey'] === shop).length >= 2, 'incidents');
    const found = (await refused()).filter(({ headers }) => headers?.['routingKey'] === shop);
    expect(found.map(({ reason, headers }) => [reason.split(' ').slice(0, 3).join(' '), headers?.['messageId']]).sort()).toEqual([
      ['BODY_INVALID: trigger strict:', `bytes-${shop}`],
      ['MAPPING_FAILED: trigger strict:', `bad-${shop}`],
    ]);
    await until(async () => (await gateway.other.queueDepth(queueOf('strict')))?.ready === 0, 'an empty queue');
  });

  it('says why it cannot consume, and goes on when it can', async () => {
    const name = `not.there.${randomUUID()}`;
    await put('hopeful', { queue: name });
    const found = await until(async () => {
      const shown = (await trigger('hopeful')) as { note: string | null; status: string };
      return shown.note !== null && shown;
    }, 'a note');
    expect(found).toMatchObject({ status: 'active', note: expect.stringContaining(name) as string });
    await gateway.other.declareQueue({ name, life: 'shared', bindings: [] });
    await isConsumed(name);
    await until(async () => (await trigger('hopeful')).note === null, 'no note');
    await put('elsewhere', { exchange: `no.exchange.${randomUUID()}` });
    await until(async () => String((await trigger('elsewhere')).note).includes('no.exchange'), 'a note');
    await gateway.other.deleteQueue(name);
  });

  it('rests while it is paused, with what comes waiting for it, and takes its queue along when it goes', async () => {
    const shop = randomUUID();
    await put('resting', { exchange: exchanges.events, routingKey: `${shop}.*`, input: {}, key: '${message.routingKey}' });
    await isConsumed(queueOf('resting'));
    await gateway.request('POST', '/api/v1/triggers/resting/pause', { body: { reason: 'stocktaking' } });
    await until(async () => (await gateway.other.queueDepth(queueOf('resting')))?.consumers === 0, 'no consumer');
    await publish(exchanges.events, `${shop}.1`, {});
    await until(async () => (await gateway.other.queueDepth(queueOf('resting')))?.ready === 1, 'a message that waits');
    await gateway.request('POST', '/api/v1/triggers/resting/resume', { body: {} });
    await until(async () => (await instances(`${shop}.1`)).length > 0, 'what waited');
    await gateway.request('DELETE', '/api/v1/triggers/resting');
    await until(async () => (await gateway.other.queueDepth(queueOf('resting'))) === undefined, 'no queue');
  });

  it('takes from elsewhere after it was changed, and no more from where it took before', async () => {
    const shop = randomUUID();
    const spec = { exchange: exchanges.events, input: {}, key: '${message.routingKey}' };
    await put('moving', { ...spec, routingKey: `${shop}.old` });
    await isConsumed(queueOf('moving'));
    await put('moving', { ...spec, routingKey: `${shop}.new` });
    const probe = (key: string) =>
      gateway.other.publish([{ exchange: exchanges.events, routingKey: key, content: Buffer.from('{}'), mandatory: true }]);
    await until(async () => (await probe(`${shop}.old`))[0] === 'returned', 'the old binding to be gone');
    await until(async () => (await probe(`${shop}.new`))[0] === 'confirmed', 'the new binding');
    await until(async () => (await instances(`${shop}.new`)).length > 0, 'an instance');
  });

  it('has logged no error', () => {
    expect(gateway.errors).toEqual([]);
  });
});

const rabbit = brokers.find(({ name }) => name === 'RabbitMQ');
(rabbit ? describe : describe.skip)('exchanges and queues of others on RabbitMQ', () => {
  let connection: amqp.ChannelModel;
  beforeAll(async () => {
    opened = await rabbit!.open();
    gateway = await startGateway({ transport: opened.transport });
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
    });
    connection = await amqp.connect((opened.transport as { url: string }).url);
  }, 30_000);
  afterAll(async () => {
    await connection.close();
    await gateway.close();
    await opened.remove();
  });

  it('binds a queue of ours to an exchange of any kind', async () => {
    const channel = await connection.createConfirmChannel();
    for (const kind of ['fanout', 'direct', 'topic', 'headers']) {
      const name = `${kind}.${randomUUID()}`;
      await channel.assertExchange(name, kind);
      await put(`of-${kind}`, { exchange: name, routingKey: 'placed', input: {}, key: name });
      await isConsumed(queueOf(`of-${kind}`));
      channel.publish(name, 'placed', Buffer.from('{}'), { timestamp: 1_798_794_000, headers: { nested: { a: 1 } } });
      await channel.waitForConfirms();
      await until(async () => (await instances(name)).length > 0, `an instance by ${kind}`);
    }
  });

  it('consumes a queue of others, in competition with them, and never declares it', async () => {
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue(`jobs.${randomUUID()}`, { durable: false, maxPriority: 3 });
    await put('jobs', { queue, input: {}, key: '${message.body.n}' });
    await isConsumed(queue);
    for (const n of [1, 2, 3]) channel.sendToQueue(queue, Buffer.from(JSON.stringify({ n: `${queue}-${n}` })));
    await channel.waitForConfirms();
    for (const n of [1, 2, 3]) await until(async () => (await instances(`${queue}-${n}`)).length > 0, 'an instance');
    await channel.deleteQueue(queue);
    await until(async () => String((await trigger('jobs')).note).includes(queue), 'a note that the queue is gone');
    await gateway.request('DELETE', '/api/v1/triggers/jobs');
  });

  it('starts once when a message without an id was delivered before', async () => {
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue(`again.${randomUUID()}`, { durable: true });
    channel.sendToQueue(queue, Buffer.from('{"n":1}'));
    await channel.waitForConfirms();
    // Somebody takes it and dies: from now on it counts as delivered before.
    const other = await connection.createChannel();
    await other.get(queue);
    await other.close();
    await put('again', { queue, input: { once: queue }, key: undefined });
    await isConsumed(queue);
    await until(async () => (await trigger('again')).lastOutcome === 'started', 'a start');
    const first = ((await trigger('again')) as { lastInstance: string }).lastInstance;
    expect((await gateway.request('GET', `/api/v1/instances/${first}`)).body.input).toEqual({ once: queue });
    await channel.deleteQueue(queue);
  });
});
