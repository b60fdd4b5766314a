import { jest } from '@jest/globals';
import { pino } from 'pino';
import type { Transport } from '#libs/messaging';
import { OperatorLog } from '#libs/persistence';
import { until } from '#libs/testing';
import { TaskRegistry, Worker } from '#libs/worker-sdk';
import { startGateway, type TestGateway } from './gateway-app.js';

jest.setTimeout(30_000);

let gateway: TestGateway;
let worker: Worker;
let transport: Transport;

beforeEach(async () => {
  gateway = await startGateway();
  transport = gateway.other;
  const registry = new TaskRegistry();
  registry.register('echo', (input) => input);
  worker = new Worker({
    id: 'w1',
    transport,
    registry,
    logger: pino({ level: 'silent' }),
    labels: { zone: 'eu' },
    concurrency: 8,
  });
  await worker.start();
  await until(async () => ((await get()).status === 200 ? true : undefined), 10_000);
});
afterEach(async () => {
  await worker.drain();
  await gateway.close();
});

const get = () => gateway.request('GET', '/api/v1/workers/w1');
const order = (name: string, id = 'w1', body: object = { reason: 'new kernel', by: 'ada' }, headers = {}) =>
  gateway.request('POST', `/api/v1/workers/${id}/${name}`, { body, headers });
const log = async (): Promise<object[]> => {
  const { items } = await gateway.app.get(OperatorLog, { strict: false }).list({}, { limit: 50 });
  return items.map(({ actor, action, target, reason }) => ({ actor, action, target, reason })).reverse();
};

describe('a worker', () => {
  it('is shown with what it offers', async () => {
    expect((await get()).body).toMatchObject({ id: 'w1', labels: { zone: 'eu' }, concurrency: 8, freeSlots: 8, running: 0 });
    expect((await get()).body).toHaveProperty('memory.total');
  });

  it('drains when it is told to, and works again; who told it and why is in the operator log', async () => {
    const drained = await order('drain');
    expect([drained.status, drained.body]).toEqual([200, expect.objectContaining({ id: 'w1', status: 'draining' })]);
    expect((await order('drain')).status).toBe(200); // as it is asked already
    expect((await order('resume')).body).toMatchObject({ status: 'active' });
    const entry = { actor: 'ada', target: 'worker:w1', reason: 'new kernel' };
    expect(await log()).toEqual(['drainWorker', 'drainWorker', 'resumeWorker'].map((action) => ({ ...entry, action })));
  });

  it('is told once, however often a request is repeated', async () => {
    const headers = { 'idempotency-key': 'drain-w1' };
    const first = await order('drain', 'w1', {}, headers);
    expect((await order('drain', 'w1', {}, headers)).body).toEqual(first.body);
    expect(await log()).toHaveLength(1);
  });

  it('that nobody has heard of is not there, one that has stopped is gone', async () => {
    for (const name of ['drain', 'resume']) {
      const refused = await order(name, 'nobody');
      expect([refused.status, refused.body]).toEqual([404, expect.objectContaining({ code: 'WORKER_NOT_FOUND' })]);
    }
    await worker.drain();
    await until(async () => ((await get()).body as { status: string }).status === 'stopped' || undefined, 10_000);
    expect(await order('drain')).toMatchObject({ status: 409, body: { code: 'WORKER_GONE' } });
    expect(await log()).toEqual([]);
  });

  it('that does not answer is a problem, not a hang', async () => {
    await transport.close(); // heard of a moment ago
    const refused = await order('drain');
    expect([refused.status, (refused.body as { code: string }).code]).toEqual([504, 'WORKER_SILENT']);
  });

  it('is told nothing by what cannot be read', async () => {
    const nonsense: [string, object, number][] = [
      ['w1', { reason: 5 }, 422],
      ['w1', { until: 'tomorrow' }, 422],
      ['x'.repeat(201), {}, 400],
      ['%00%0a', {}, 400],
    ];
    for (const [id, body, status] of nonsense) expect((await order('drain', id, body)).status).toBe(status);
    expect((await get()).body).toMatchObject({ status: 'active' });
  });
});

it('partitions tell their owners, the orchestrators that are there, and what is in them', async () => {
  const { body } = await gateway.request('GET', '/api/v1/partitions');
  expect(body).toMatchObject({ next: null, orchestrators: [] });
  for (const item of (body as { items: object[] }).items)
    expect(Object.keys(item).sort()).toEqual(
      ['partition', 'owner', 'epoch', 'expiresAt', 'ownedSince', 'renewedAt', 'host', 'version', 'inFlight', 'backlog'].sort(),
    );
});
