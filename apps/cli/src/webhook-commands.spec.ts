import { runCli } from './run-cli.js';
import { FakeGateway, problem } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const at = '2026-01-01T11:59:00.000Z';
const webhook = {
  ...{ name: 'shop', url: 'https://example.com/in', definitions: null, events: ['failed'], severity: null, headers: [] },
  ...{
    status: 'active',
    note: null,
    waiting: 2,
    delivered: 7,
    failed: 1,
    lastAt: at,
    lastStatus: 500,
    createdAt: at,
    changedAt: at,
  },
};
const delivery = {
  ...{ id: '019b7a00-0000-7000-8000-000000000001/3', event: 'failed', instance: '019b7a00-0000-7000-8000-000000000001', seq: 3 },
  ...{
    status: 'failed',
    attempts: 9,
    createdAt: at,
    nextAt: null,
    lastAt: at,
    lastStatus: 500,
    lastError: 'answered 500: oops',
    lastMs: 12,
  },
};
const item = {
  ...{ cursor: '1.2.1.3', instance: delivery.instance, seq: 3, type: 't', event: 'failed', severity: 'error', path: null },
  ...{ definition: 'order', version: '1.0.0', key: 'o-1', at },
};

let gateway: FakeGateway;
let url: string;
beforeEach(async () => {
  gateway = new FakeGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.close());

const onTerminal = () => new TestShell(true, { ORQUESTRA_URL: url, NO_COLOR: '1', USER: 'ada' });

describe('orquestra webhook', () => {
  it('put sends what was said, and shows the secret that was made', async () => {
    gateway.routes.set('PUT /webhooks/shop', { status: 201, body: { ...webhook, secret: 'whsec_abc' } });
    const shell = onTerminal();
    const line = ['webhook', 'put', 'shop', 'https://example.com/in', '-e', 'failed,timedout', '-H', 'x-a: 1, 2', '-H', 'x-b:3'];
    expect(await runCli(line, shell)).toBe(0);
    expect(gateway.seen[0]).toMatchObject({
      query: { by: 'ada' },
      body: {
        url: 'https://example.com/in',
        events: ['failed', 'timedout'],
        headers: { 'x-a': '1, 2', 'x-b': '3' },
        enabled: true,
      },
    });
    expect(shell.written).toContain('whsec_abc');
  });

  it('put refuses a header that is none', async () => {
    const shell = onTerminal();
    expect(await runCli(['webhook', 'put', 'shop', 'https://example.com', '-H', 'nonsense'], shell)).toBe(2);
    expect(gateway.seen).toEqual([]);
  });

  it('test ends with 1 when the ping did not arrive, and says why', async () => {
    gateway.routes.set('POST /webhooks/shop/test', { status: 202, body: { ...delivery, status: 'waiting', event: 'ping' } });
    gateway.routes.set('GET /webhooks/shop/deliveries', { body: { items: [{ ...delivery, event: 'ping' }], next: null } });
    const shell = onTerminal();
    expect(await runCli(['webhook', 'test', 'shop'], shell)).toBe(1);
    expect(shell.written).toContain('answered 500: oops');
  });

  it('get shows how it does and its last deliveries', async () => {
    gateway.routes.set('GET /webhooks/shop', { body: webhook });
    gateway.routes.set('GET /webhooks/shop/deliveries', { body: { items: [delivery], next: null } });
    const shell = onTerminal();
    expect(await runCli(['webhook', 'get', 'shop'], shell)).toBe(0);
    expect(shell.written).toContain('7 events delivered, 1 given up, 2 waiting');
    expect(shell.written).toContain(delivery.id);
  });

  it('of an unknown name ends with 3', async () => {
    gateway.routes.set('GET /webhooks/nope', problem(404, 'WEBHOOK_NOT_FOUND', 'none'));
    expect(await runCli(['webhook', 'get', 'nope'], onTerminal())).toBe(3);
  });
});

describe('orquestra feed', () => {
  it('reads to the end, and says how to go on', async () => {
    gateway.routes.set('GET /feed', ({ query }) =>
      query['after'] === undefined
        ? { body: { partition: 0, partitions: 2, items: [item], next: '1.3.0.0', end: false } }
        : { body: { partition: 0, partitions: 2, items: [], next: '1.3.0.0', end: true } },
    );
    const shell = onTerminal();
    expect(await runCli(['feed', '-p', '0'], shell)).toBe(0);
    expect(shell.written).toContain(`failed             ${item.instance}/3  order@1.0.0  o-1`);
    expect(shell.complained).toContain('--after 1.3.0.0');
    expect(gateway.seen.map(({ query }) => query['after'])).toEqual([undefined, '1.3.0.0']);
  });

  it('goes on where it was when what it follows answers again', async () => {
    let refusals = 0;
    gateway.routes.set('GET /feed', ({ query }) => {
      if (query['after'] === undefined)
        return { body: { partition: 0, partitions: 2, items: [item], next: '1.3.0.0', end: true } };
      if (query['after'] !== '1.3.0.0') return problem(410, 'FEED_GONE', 'the end of this test');
      refusals += 1; // more than the client tries again by itself
      if (refusals <= 3) return problem(503, 'DATABASE_UNAVAILABLE', 'the database cannot be reached');
      return { body: { partition: 0, partitions: 2, items: [{ ...item, seq: 9 }], next: '1.4.0.0', end: true } };
    });
    const shell = onTerminal();
    expect(await runCli(['feed', '-p', '0', '--follow'], shell)).not.toBe(0);
    expect(shell.written).toContain(`${item.instance}/9`);
    expect(shell.written.split(`${item.instance}/3`)).toHaveLength(2); // once
    expect(shell.complained).toContain('the end of this test');
  });

  it('wants to know the partition', async () => {
    expect(await runCli(['feed'], onTerminal())).toBe(2);
    expect(await runCli(['feed', '-p', 'x'], onTerminal())).toBe(2);
  });
});
