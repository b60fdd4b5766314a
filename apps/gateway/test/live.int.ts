import { jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { exchanges, liveLimits, serverMessageSchema } from '#libs/contracts';
import { encodeEnvelope } from '#libs/messaging';
import { LiveGateway } from '../src/live/live.gateway.js';
import { startGateway, type TestGateway } from './gateway-app.js';
import { delta, FakeOwner } from './fake-owner.js';
import { LiveClient } from './live-client.js';

jest.setTimeout(20_000); // on a busy machine

const liveBuffer = 1024 * 1024;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let gateway: TestGateway;
let owner: FakeOwner;
let client: LiveClient;

const start = async (definition = 'greet'): Promise<string> =>
  (await gateway.request('POST', '/api/v1/instances', { body: { definition } })).body.id;
const scheduled = {
  type: 'stepScheduled',
  path: 'hello',
  attempt: 1,
  data: { task: 'echo', queue: 'default', priority: 0, input: {}, incarnation: 1 },
} as const;
const startedEvent = {
  type: 'instanceStarted',
  data: { definition: 'greet', version: '1.0.0', checksum: 'x', input: {} },
} as const;

beforeAll(async () => {
  gateway = await startGateway();
  owner = new FakeOwner(gateway);
  await owner.own();
  for (const name of ['greet', 'other']) {
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name, version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
    });
  }
}, 30_000);
afterAll(() => gateway.close());
beforeEach(async () => {
  client = await LiveClient.open(gateway.url);
  await client.until('welcome');
});
afterEach(async () => {
  for (const message of client.heard) expect(serverMessageSchema.safeParse(message).error).toBeUndefined();
  await client.close();
  expect(gateway.errors.splice(0)).toEqual([]);
});

describe('instances', () => {
  it('gives a page of the newest, then what changes', async () => {
    const id = await start();
    client.send({ subscribe: 'instances', filter: { definition: ['greet'] }, limit: 5 });
    const snapshot = await client.until('snapshot');
    expect(snapshot).toMatchObject({ topic: 'instances', ref: 'instances', seq: 1 });
    expect('items' in snapshot && snapshot.items[0]).toMatchObject({ id, status: 'pending' });
    await owner.tell([delta(id, { seq: 2 }), delta(uuidv7(), { definition: 'other' })]);
    const change = await client.until('delta');
    expect(change).toMatchObject({ topic: 'instances', seq: 2, more: 0, changed: [{ id, status: 'running', seq: 2 }] });
  });

  it('says each change once with its latest state, in at most four messages a second', async () => {
    client.send({ subscribe: 'instances', limit: 0 });
    await client.until('snapshot');
    const [first, second] = [uuidv7(), uuidv7()];
    const began = Date.now();
    for (let seq = 1; seq <= 200; seq++) {
      await owner.tell([delta(first, { seq }), delta(second, { seq, status: seq === 200 ? 'completed' : 'running' })]);
    }
    const last = await client.until(
      'delta',
      (message) => message.topic === 'instances' && message.changed.some(({ seq }) => seq === 200),
    );
    const deltas = client.heard.filter(({ type }) => type === 'delta');
    expect(deltas.length).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - began) / liveLimits.listIntervalMs));
    expect(last).toMatchObject({
      changed: [
        { id: first, seq: 200 },
        { id: second, seq: 200, status: 'completed' },
      ],
    });
  });

  it('ignores an older state that comes late', async () => {
    client.send({ subscribe: 'instances', limit: 0 });
    await client.until('snapshot');
    const id = uuidv7();
    await owner.tell([delta(id, { seq: 9, status: 'completed' }), delta(id, { seq: 3 })]);
    expect(await client.until('delta')).toMatchObject({ changed: [{ id, seq: 9, status: 'completed' }] });
  });
});

describe('heads', () => {
  it('have a queue only while somebody looks at a list', async () => {
    const find = async (): Promise<string> => (await gateway.other.publish([probe]))[0]!;
    const probe = {
      exchange: exchanges.live,
      routingKey: 'heads',
      content: encodeEnvelope({ v: 1, tenant: 'main', kind: 'heads', partition: 0, items: [delta(uuidv7())] }),
      persistent: false,
      mandatory: true,
    };
    await expect(find()).resolves.toBe('returned');
    client.send({ subscribe: 'instances', limit: 0 });
    await client.until('snapshot');
    await expect(find()).resolves.toBe('confirmed');
    client.send({ unsubscribe: 'instances' });
    while ((await find()) !== 'returned') await pause(5);
  });
});

describe('instance', () => {
  it('streams all audit events in order, from where the client stands', async () => {
    const id = await start();
    await owner.commit(id, 1, [startedEvent, scheduled], { currentStep: 'hello' });
    client.send({ subscribe: 'instance', id, since: 1 });
    const snapshot = await client.until('snapshot');
    expect(snapshot).toMatchObject({
      topic: 'instance',
      id,
      ref: `instance:${id}`,
      after: 1,
      seq: 2,
      events: [{ seq: 2, type: 'stepScheduled', path: 'hello' }],
      running: [],
    });

    await owner.commit(
      id,
      3,
      [
        { type: 'stepCompleted', path: 'hello', attempt: 1, data: { token: 2, output: {} } },
        { type: 'instanceCompleted', data: { output: {} } },
      ],
      { status: 'completed', endedAt: Date.now() },
    );
    await owner.tell([delta(id, { seq: 4, status: 'completed' })]);
    const rest = await client.until('delta');
    expect(rest).toMatchObject({
      after: 2,
      seq: 4,
      events: [{ seq: 3 }, { seq: 4, type: 'instanceCompleted' }],
      head: { status: 'completed' },
    });
  });

  it('finds new events within seconds when the nudge is lost', async () => {
    const id = await start();
    client.send({ subscribe: 'instance', id });
    await client.until('snapshot');
    await owner.commit(id, 1, [startedEvent], {});
    expect(await client.until('delta')).toMatchObject({ after: 0, seq: 1, head: { status: 'running' } });
  });

  it('pages a long history without a gap', async () => {
    const id = await start();
    const many = Array.from(
      { length: 1_234 },
      (_, index) => ({ type: 'stepSkipped', path: `s${index}`, data: { because: 'when' } }) as const,
    );
    await owner.commit(id, 1, [startedEvent, ...many], {});
    client.send({ subscribe: 'instance', id });
    await client.until('delta', (message) => message.topic === 'instance' && message.seq === 1_235);
    const seqs = client.heard.flatMap((message) => ('events' in message ? message.events.map(({ seq }) => seq) : []));
    expect(seqs).toEqual(Array.from({ length: 1_235 }, (_, index) => index + 1));
  });

  it('writes no more to a console that does not read than its buffer and one message, and goes on when it does', async () => {
    const id = await start();
    const [batches, each] = [10, 500];
    const because = 'x'.repeat(8_000) as 'when'; // for its size
    for (let batch = 0; batch < batches; batch += 1) {
      const events = Array.from(
        { length: each },
        (_, index) => ({ type: 'stepSkipped', path: `s${batch}-${index}`, data: { because } }) as const,
      );
      await owner.commit(id, batch * each + 1, batch === 0 ? [startedEvent, ...events.slice(1)] : events, {});
    }
    const { clients } = gateway.app.get(LiveGateway) as unknown as { clients: Map<{ bufferedAmount: number }, unknown> };
    const unsent = (): number => [...clients.keys()].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
    client.socket.pause();
    client.send({ subscribe: 'instance', id });
    const deadline = performance.now() + 5_000;
    while (unsent() < liveBuffer && performance.now() < deadline) await pause(20);
    for (let before = 0, same = 0; same < 10; before = unsent()) {
      await pause(50);
      same = unsent() === before ? same + 1 : 0; // all that it will write has been written
    }
    expect(unsent()).toBeGreaterThan(liveBuffer);
    expect(unsent()).toBeLessThan(liveBuffer + 1.2 * each * because.length);
    expect((await gateway.request('GET', '/health/live')).status).toBe(200);
    client.socket.resume();
    const seqs = () => client.heard.flatMap((message) => ('events' in message ? message.events.map(({ seq }) => seq) : []));
    await client.when(() => seqs().length === batches * each, 'all events', 15_000);
    expect(seqs()).toEqual(Array.from({ length: batches * each }, (_, index) => index + 1));
  }, 40_000);

  it('tells which steps a worker has begun, as REST does', async () => {
    const id = await start();
    await owner.commit(id, 1, [startedEvent, scheduled], {});
    client.send({ subscribe: 'instance', id });
    await client.until('snapshot');
    const step = { instanceId: id, path: 'hello', token: 2, partition: 0, startedAt: Date.now() };
    await owner.announce({ id: 'worker-7', begun: [step] });
    expect(await client.until('delta')).toMatchObject({ events: [], running: [{ path: 'hello', token: 2, worker: 'worker-7' }] });
    const { body } = await gateway.request('GET', `/api/v1/instances/${id}`);
    expect(body.steps[0]).toMatchObject({
      status: 'running',
      worker: 'worker-7',
      reason: 'running',
      reasonText: 'running on worker-7',
    });
    expect(body.waitingFor).toEqual([{ path: 'hello', reason: 'running', text: 'running on worker-7' }]);
    await owner.announce({ id: 'worker-7', status: 'stopped', held: [] });
    expect(await client.until('delta', (message) => 'running' in message && message.running?.length === 0)).toBeDefined();
  });

  it('answers an unknown id with an error and forgets the subscription', async () => {
    client.send({ subscribe: 'instance', ref: 'mine', id: uuidv7() });
    expect(await client.until('error')).toMatchObject({ ref: 'mine', problem: { code: 'INSTANCE_NOT_FOUND', status: 404 } });
  });
});

describe('workers, queues and figures', () => {
  it('shows a worker as soon as it speaks, on every door', async () => {
    client.send({ subscribe: 'workers' });
    client.send({ subscribe: 'queues' });
    client.send({ subscribe: 'stats' });
    await client.until('snapshot', ({ topic }) => topic === 'stats');
    await owner.announce({ id: 'worker-8', running: 3 });
    const change = await client.until('delta', ({ topic }) => topic === 'workers');
    expect(change).toMatchObject({ changed: [{ id: 'worker-8', status: 'active', running: 3 }] });
    await client.until(
      'delta',
      (message) => message.topic === 'queues' && message.items.some(({ task, workers }) => task === 'echo' && workers >= 1),
    );
    const { body } = await gateway.request('GET', '/api/v1/tasks');
    expect(body.items).toEqual(expect.arrayContaining([expect.objectContaining({ task: 'echo', queues: ['default'] })]));
    expect((await gateway.request('GET', '/api/v1/workers')).body.items.map(({ id }: { id: string }) => id)).toContain(
      'worker-8',
    );
  });

  it('ends a subscription when asked', async () => {
    client.send({ subscribe: 'workers', ref: 'w' });
    await client.until('snapshot');
    client.send({ unsubscribe: 'w' });
    await client.until('unsubscribed');
    await owner.announce({ id: 'worker-9' });
    client.send({ subscribe: 'workers', ref: 'again' });
    await client.until('snapshot', ({ ref }) => ref === 'again');
    expect(client.heard.filter((message) => message.type === 'delta' && message.ref === 'w')).toEqual([]);
  });
});

describe('bad clients', () => {
  it.each([
    ['text that is no JSON', '{', 'BODY_INVALID'],
    ['null', 'null', 'REQUEST_INVALID'],
    ['an unknown topic', '{"subscribe":"secrets"}', 'REQUEST_INVALID'],
    ['an id that is none', '{"subscribe":"instance","id":"1"}', 'REQUEST_INVALID'],
    ['an unknown field', '{"subscribe":"stats","x":1}', 'REQUEST_INVALID'],
    ['levels without an end', '['.repeat(30_000), 'BODY_INVALID'],
    ['30,000 levels', '['.repeat(30_000) + ']'.repeat(30_000), 'BODY_TOO_DEEP'],
  ])('get an error for %s and may go on', async (_, text, code) => {
    client.send(text);
    expect(await client.until('error')).toMatchObject({ problem: { code } });
    client.send({ subscribe: 'stats' });
    await client.until('snapshot');
  });

  it('are told when they send too much, and cut when they do not stop', async () => {
    for (let index = 0; index < 25; index++) client.send({ pong: true });
    expect(await client.until('error')).toMatchObject({ problem: { code: 'RATE_LIMIT', status: 429 } });
    for (let index = 0; index < 250; index++) client.send({ pong: true });
    await client.when(() => client.closed !== undefined, 'the end');
    expect(client.closed).toEqual({ code: 1008 });
  });

  it('are cut for a frame over 64 KiB', async () => {
    client.send('x'.repeat(liveLimits.messageBytes + 1));
    await client.when(() => client.closed !== undefined, 'the end');
    expect(client.closed).toEqual({ code: 1009 });
  });

  it.each([
    [{ origin: 'https://evil.example' }, '403'],
    [{ host: 'evil.example' }, '403'],
  ])('do not get in with %j', async (headers, status) => {
    await expect(LiveClient.open(gateway.url, headers as Record<string, string>)).rejects.toThrow(status);
  });

  it('get in from our own pages', async () => {
    const page = await LiveClient.open(gateway.url, { origin: gateway.url });
    await page.until('welcome');
    await page.close();
  });
});
