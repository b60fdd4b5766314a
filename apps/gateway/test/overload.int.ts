import { connect, type Socket } from 'node:net';
import { exchanges } from '#libs/contracts';
import { commandsQueueSpec, deadLetterQueueSpec } from '#libs/messaging';
import { IncidentQueries } from '#libs/persistence';
import type { TcpProxy } from '#libs/testing';
import { type Answer, startBehindProxy, type TestGateway } from './gateway-app.js';
import { LiveClient } from './live-client.js';

const definition = { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] };
const narrow = {
  ORQUESTRA_REQUESTS_AT_ONCE: '4',
  ORQUESTRA_REQUESTS_WAITING: '20',
  ORQUESTRA_REQUEST_WAIT_MS: '3000',
  ORQUESTRA_HELD_REQUESTS: '3',
  ORQUESTRA_BODY_BYTES: '1MiB',
  ORQUESTRA_COMMAND_PREFETCH: '10',
  ORQUESTRA_LIVE_CLIENTS: '2',
  ORQUESTRA_INCIDENTS_A_MINUTE: '5',
};
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await pause(20);
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let gateway: TestGateway;
let proxy: TcpProxy;

beforeAll(async () => {
  ({ gateway, proxy } = await startBehindProxy({ env: narrow, connectTimeoutMs: 20_000 })); // nothing is given up while it is silent
  await gateway.request('POST', '/api/v1/definitions', { body: definition });
}, 30_000);
afterAll(async () => {
  await gateway.close();
  await proxy.stop();
}, 20_000);

const start = (body: object = {}): Promise<Answer> =>
  gateway.request('POST', '/api/v1/instances', { body: { definition: 'greet', ...body } });
const startBatch = (): Promise<Answer> =>
  gateway.request('POST', '/api/v1/instances/batch', { body: { instances: [{ definition: 'greet' }] } });
/** From the metrics; those that are about all requests have no share. */
const figure = async (name: string, share: 'work' | 'reads' | 'all'): Promise<number> => {
  const { text } = await gateway.request('GET', '/metrics');
  const label = share === 'all' ? '' : `share="${share}"`;
  return Number(new RegExp(`^orquestrax_http_${name}\\{${label}[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 'NaN');
};

const refusedBodies = async (): Promise<number> => {
  const { text } = await gateway.request('GET', '/metrics');
  return Number(/^orquestrax_http_refused_total\{share="work",why="body"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0);
};

function expectOverloaded(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const retryAfter = Number(answer.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThanOrEqual(1);
  expect(retryAfter).toBeLessThanOrEqual(30);
  const hint = `try again after ${retryAfter} s with the same Idempotency-Key`;
  expect(answer.body.errors).toEqual([expect.objectContaining({ code: 'OVERLOADED', path: '', hint })]);
}

/** A start on a connection of its own, whose answer nobody reads. @param length as the header says */
function sent(body: string, length = body.length): Socket {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const head = ['POST /api/v1/instances HTTP/1.1', `Host: ${hostname}:${port}`, 'Content-Type: application/json'];
  socket.write([...head, `Content-Length: ${length}`, '', body].join('\r\n'));
  return socket;
}

describe('a flood of starts while the database stands still', () => {
  it('is refused with Retry-After beyond what can wait, holds up no operator, and is over when the database is back', async () => {
    proxy.silence(true);
    const begunAt = performance.now();
    const flood = Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? start() : startBatch()));
    const took = flood.map((each) => each.then(() => performance.now() - begunAt));
    // What cannot wait is told at once; the others stand in a line of their own kind.
    await until(async () => (await figure('in_progress', 'work')) === 4);
    expect(await figure('in_progress', 'reads')).toBe(0);
    expect((await gateway.request('GET', '/health/live')).status).toBe(200);
    await until(async () => (await figure('waiting', 'work')) === 0);
    proxy.silence(false);
    const [reading, setting] = await Promise.all([
      gateway.request('GET', '/api/v1/instances?limit=1'),
      gateway.request('PUT', '/api/v1/queues/default', { body: { concurrency: 5 } }),
    ]);
    expect([reading.status, setting.status]).toEqual([200, 200]);
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status === 503);
    for (const each of refused) expectOverloaded(each);
    expect(refused.length).toBeGreaterThanOrEqual(36); // 4 had a place, 20 may wait
    expect(answers.filter(({ status }) => status === 201 || status === 200)).toHaveLength(60 - refused.length);
    expect(60 - refused.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...(await Promise.all(took)))).toBeLessThan(15_000);
    expect((await start()).status).toBe(201);
    expect(await figure('waiting', 'work')).toBe(0);
  }, 20_000);

  it('whose callers leave does no more at once than one whose callers stay', async () => {
    proxy.silence(true);
    const callers = Array.from({ length: 20 }, () => sent('{"definition":"greet"}'));
    await until(async () => (await figure('waiting', 'work')) === 16);
    for (const caller of callers) caller.destroy();
    await until(async () => (await figure('waiting', 'work')) === 0);
    expect(await figure('in_progress', 'work')).toBe(4); // what they asked of the database is not undone
    proxy.silence(false);
    expect((await start()).status).toBe(201);
  }, 20_000);
});

describe('bodies', () => {
  it('take up no more than there is room for, whoever holds it', async () => {
    const unfinished = `{"definition":"greet","input":{"a":"${'x'.repeat(307_000)}`;
    const holders = [1, 2, 3].map(() => sent(unfinished, unfinished.length + 1));
    await until(async () => (await figure('bodies_bytes', 'all')) > 900_000);
    const large = (): Promise<Answer> => start({ input: { a: 'x'.repeat(250_000) } });
    const before = await refusedBodies();
    expectOverloaded(await large());
    expect(await refusedBodies()).toBe(before + 1);
    expect((await start()).status).toBe(201);
    for (const holder of holders) holder.destroy();
    await until(async () => (await figure('bodies_bytes', 'all')) < 100_000);
    expect((await large()).status).toBe(201);
  }, 20_000);
});

describe('requests that only wait', () => {
  it('hold no place, and beyond their bound are answered at once', async () => {
    const { id } = (await start()).body as { id: string };
    const wait = () => gateway.request('GET', `/api/v1/instances/${id}/wait?timeout=3s`);
    const held = [wait(), wait(), wait()];
    await until(async () => (await figure('held', 'all')) === 3);
    expect(await figure('in_progress', 'reads')).toBe(0);
    expectOverloaded(await wait());
    const begunAt = performance.now();
    expect((await gateway.request('POST', '/api/v1/instances?wait=10s', { body: { definition: 'greet' } })).status).toBe(202);
    expect(performance.now() - begunAt).toBeLessThan(2_500);
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await gateway.request('GET', `/api/v1/instances/${id}/wait?timeout=1ms`)).status).toBe(202);
  }, 20_000);
});

describe('live connections', () => {
  it('beyond their number are told to come again', async () => {
    const clients = [await LiveClient.open(gateway.url), await LiveClient.open(gateway.url)];
    await expect(LiveClient.open(gateway.url)).rejects.toThrow('503');
    await clients[0]!.close();
    const next = await LiveClient.open(gateway.url);
    await Promise.all([next, clients[1]!].map((each) => each.close()));
  });
});

describe('a flood of commands over AMQP while the database stands still', () => {
  const command = (n: number, body: object) => ({
    exchange: exchanges.commands,
    routingKey: 'workflow.start',
    messageId: `flood-${n}`,
    content: Buffer.from(JSON.stringify(body)),
  });
  const ready = async (): Promise<number> => (await gateway.other.queueDepth(commandsQueueSpec().name))!.ready;

  it('stays in the broker but for what was prefetched, and is all done afterwards', async () => {
    proxy.silence(true);
    await gateway.other.publish(
      Array.from({ length: 300 }, (_, n) => command(n, { definition: 'greet', tags: { by: 'flood' } })),
    );
    await until(async () => (await ready()) <= 290);
    await pause(100); // no more are taken
    expect(await ready()).toBe(290);
    proxy.silence(false);
    const started = async () =>
      ((await gateway.request('GET', '/api/v1/instances?tag.by=flood&count=true&limit=1')).body as { total: { count: number } })
        .total.count;
    await until(async () => (await started()) === 300);
    expect(await ready()).toBe(0);
  }, 30_000);

  it('of poison becomes so many incidents and a number', async () => {
    await gateway.other.publish(Array.from({ length: 200 }, (_, n) => command(1_000 + n, { definition: 'no.such' })));
    const reasons = async () =>
      (await gateway.app.get(IncidentQueries).list({ kinds: ['refusedCommand'] }, { limit: 100 })).items.map(
        ({ reason }) => reason,
      );
    const more = async () => (await reasons()).reduce((sum, reason) => sum + Number(/ (\d+) more /.exec(reason)?.[1] ?? 0), 0);
    await until(async () => (await reasons()).filter((reason) => !reason.includes(' more ')).length + (await more()) === 200);
    expect((await reasons()).length).toBeLessThanOrEqual(2 * 6); // the minute may have been over amid it
    const dead = await gateway.other.queueDepth(deadLetterQueueSpec.name);
    expect(dead?.ready).toBe(await more()); // none is lost for being one of many
  }, 30_000);
});
