import { exchanges, triggerQueue } from '#libs/contracts';
import { IncidentQueries } from '#libs/persistence';
import { TcpProxy } from '#libs/testing';
import { brokers } from './brokers.js';
import { LiveClient } from './live-client.js';
import { startBehindProxy, startGateway, type TestGateway } from './gateway-app.js';

const definition = { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] };

describe('while the database is away', () => {
  let gateway: TestGateway;
  let proxy: TcpProxy;

  beforeAll(async () => {
    ({ gateway, proxy } = await startBehindProxy());
    await gateway.request('POST', '/api/v1/definitions', { body: definition });
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await proxy.stop();
  });

  it('answers 503 with Retry-After, is not ready but alive, and works again by itself', async () => {
    const start = () =>
      gateway.request('POST', '/api/v1/instances', { body: { definition: 'greet' }, headers: { 'idempotency-key': 'outage' } });
    proxy.open(false);
    proxy.cut();
    const answers = await Promise.all([
      start(),
      gateway.request('GET', '/api/v1/instances'),
      gateway.request('GET', '/api/v1/stats/overview'),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.body.errors).toMatchObject([
        { code: 'DATABASE_UNAVAILABLE', path: '', hint: 'try again after 2 s with the same Idempotency-Key' },
      ]);
      expect(answer.text).not.toMatch(/ECONN|terminated/);
    }
    expect((await gateway.request('GET', '/health/live')).status).toBe(200);
    expect(await gateway.request('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { status: 'down', checks: { database: { status: 'down' } } },
    });

    proxy.open(true);
    expect(await start()).toMatchObject({ status: 201 });
    expect(await gateway.request('GET', '/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
  }, 30_000);
});

describe('what comes in while the database is away', () => {
  let gateway: TestGateway;
  let proxy: TcpProxy;
  const routingKey = 'shop.placed';
  const isConsumed = async (): Promise<boolean> => ((await gateway.other.queueDepth(triggerQueue('shop')))?.consumers ?? 0) > 0;

  beforeAll(async () => {
    ({ gateway, proxy } = await startBehindProxy());
    await gateway.request('POST', '/api/v1/definitions', { body: definition });
    const [hook, message] = [{ kind: 'hook' }, { kind: 'message', exchange: exchanges.events, routingKey }];
    await gateway.request('PUT', '/api/v1/triggers/hook', { body: { definition: 'greet', input: {}, ...hook } });
    await gateway.request('PUT', '/api/v1/triggers/shop', { body: { definition: 'greet', input: {}, ...message } });
    while (!(await isConsumed())) await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.open(false);
    proxy.cut();
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await proxy.stop();
  });

  it('is asked to come again, or waits in its queue, and starts one instance each', async () => {
    const send = () => gateway.request('POST', '/api/v1/hooks/hook', { body: {}, headers: { 'webhook-id': 'h-1' } });
    const command = { exchange: exchanges.commands, routingKey: 'workflow.start', messageId: 'c-1' };
    const content = Buffer.from(JSON.stringify({ definition: 'greet' }));
    await gateway.other.publish([
      { ...command, content },
      { exchange: exchanges.events, routingKey, content: Buffer.from('{}'), messageId: 'm-1' },
    ]);
    expect(await send()).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
    proxy.open(true);
    expect((await send()).status).toBe(202);
    const count = async (): Promise<number> =>
      ((await gateway.request('GET', '/api/v1/instances?definition=greet')).body.items as unknown[]).length;
    while ((await count()) < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    await send();
    expect(await count()).toBe(3);
    expect((await gateway.app.get(IncidentQueries).list({}, { limit: 10 })).items).toEqual([]);
  }, 30_000);
});

describe('while the broker is away', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({ transport: { kind: 'amqp', url: 'amqp://guest:guest@127.0.0.1:1' }, isThere: false });
    await gateway.request('POST', '/api/v1/definitions', { body: definition });
  }, 30_000);
  afterAll(() => gateway.close());

  it('stores starts and cancels, lists, and says that it is degraded', async () => {
    const { body: batch } = await gateway.request('POST', '/api/v1/instances/batch', {
      body: { instances: Array.from({ length: 100 }, () => ({ definition: 'greet' })) },
    });
    expect(batch.items.every(({ status }: { status: number }) => status === 201)).toBe(true);
    const { id } = batch.items[0].instance;
    expect((await gateway.request('POST', `/api/v1/instances/${id}/cancel`, { body: {} })).status).toBe(202);
    expect((await gateway.request('GET', '/api/v1/instances?count=true&limit=1')).body.total).toEqual({
      count: 100,
      atLeast: false,
    });
    expect((await gateway.request('GET', '/api/v1/queues')).status).toBe(200);
    expect(await gateway.request('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { broker: { status: 'down' } } },
    });
  });
});

const rabbit = brokers.find(({ name }) => name === 'RabbitMQ');
const withRabbit = rabbit === undefined ? describe.skip : describe;

withRabbit('when the broker was away', () => {
  let gateway: TestGateway;
  let proxy: TcpProxy;
  let client: LiveClient;
  let remove: () => Promise<unknown>;

  beforeAll(async () => {
    const broker = await rabbit!.open();
    remove = broker.remove;
    const { url = '' } = broker.transport as { url?: string };
    proxy = await TcpProxy.start({ host: new URL(url).hostname, port: Number(new URL(url).port || 5672) });
    gateway = await startGateway({ transport: { kind: 'amqp', url: proxy.through(url) } });
    await gateway.request('POST', '/api/v1/definitions', { body: definition });
    client = await LiveClient.open(gateway.url);
    await client.until('welcome');
  }, 30_000);
  afterAll(async () => {
    await client.close();
    await gateway.close();
    await proxy.stop();
    await remove();
  });

  it('live lists are read again: what changed meanwhile was told to nobody', async () => {
    client.send({ subscribe: 'instances', limit: 5 });
    const first = await client.until('snapshot');
    expect(first).toMatchObject({ topic: 'instances', seq: 1, items: [] });
    const lost = new Promise<void>((resolve) => gateway.transport.onState((state) => state === 'disconnected' && resolve()));
    proxy.open(false);
    proxy.cut();
    await lost;
    const { body } = await gateway.request('POST', '/api/v1/instances', { body: { definition: 'greet' } });
    proxy.open(true);
    const again = await client.until('snapshot', ({ seq }) => seq > 1);
    expect(again).toMatchObject({ topic: 'instances', ref: 'instances', items: [{ id: body.id }] });
  }, 30_000);

  it('lists that were asked for while it is away are read again when it is back', async () => {
    const lost = new Promise<void>((resolve) => gateway.transport.onState((state) => state === 'disconnected' && resolve()));
    proxy.open(false);
    proxy.cut();
    await lost;
    client.send({ unsubscribe: 'instances' });
    client.send({ subscribe: 'instances', ref: 'early', limit: 1 });
    await client.until('snapshot', (message) => message.ref === 'early');
    const { body } = await gateway.request('POST', '/api/v1/instances', { body: { definition: 'greet' } });
    proxy.open(true);
    const again = await client.until('snapshot', (message) => message.ref === 'early' && message.seq > 1);
    expect(again).toMatchObject({ items: [{ id: body.id }] });
  }, 30_000);
});
