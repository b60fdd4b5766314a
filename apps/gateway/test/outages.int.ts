import { TcpProxy } from '#libs/testing';
import { startGateway, type TestGateway } from './gateway-app.js';

const definition = { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] };

describe('while the database is away', () => {
  let gateway: TestGateway;
  let proxy: TcpProxy;

  beforeAll(async () => {
    gateway = await startGateway({
      through: async (databaseUrl) => {
        const url = new URL(databaseUrl);
        proxy = await TcpProxy.start({ host: url.hostname, port: Number(url.port || 5432) });
        return proxy.through(databaseUrl);
      },
    });
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
