import { jest } from '@jest/globals';
import { pino } from 'pino';
import { OperatorLog } from '#libs/persistence';
import { loadConfig } from '#libs/platform';
import { until } from '#libs/testing';
import { TaskRegistry, Worker } from '#libs/worker-sdk';
import { armCrashPoint } from '../../../libs/platform/src/crash-points/crash-point.js';
import { type Answer, startGateway, type TestGateway } from './gateway-app.js';

jest.setTimeout(60_000);

let gateway: TestGateway;
let worker: Worker;

beforeAll(async () => {
  gateway = await startGateway();
  const registry = new TaskRegistry();
  registry.register('echo', (input) => input);
  worker = new Worker({ id: 'w1', transport: gateway.other, registry, logger: pino({ level: 'silent' }) });
  await worker.start();
  await until(async () => ((await get('/workers/w1')).status === 200 ? true : undefined), 10_000);
  const definition = { name: 'pay', version: '1.0.0', steps: [{ id: 'a', task: 'echo' }] };
  await gateway.request('POST', '/api/v1/definitions', { body: definition });
});
afterEach(() => arm(undefined));
afterAll(async () => {
  await worker.drain();
  await gateway.close();
});

const get = (path: string): Promise<Answer> => gateway.request('GET', `/api/v1${path}`);

/** Whatever comes after the point is not done, as if the process had ended there. */
const arm = (point: string | undefined): void =>
  armCrashPoint(loadConfig({ ORQUESTRA_CRASH_POINT: point, ORQUESTRA_CRASH_POINTS_ALLOWED: 'true' }), () => {
    throw new Error('crashed');
  });

const loggedBy = async (actor: string): Promise<string[]> => {
  const { items } = await gateway.app.get(OperatorLog, { strict: false }).list({ actor }, { limit: 50 });
  return items.map(({ action }) => action);
};

const pause = ['/definitions/pay/pause', 'definition.pause'] as const;
const drain = ['/workers/w1/drain', 'drainWorker'] as const;

describe('what people change', () => {
  it.each([
    ['change.stored', ...pause, 0],
    ['change.logged', ...pause, 1],
    ['pause.cleared', ...pause, 1],
    ['change.logged', ...drain, 1],
  ])('cut off at %s of %s, is done and in the operator log once when it is repeated', async (point, path, action, before) => {
    const by = `${point}-${action}`;
    const change = () =>
      gateway.request('POST', `/api/v1${path}`, { body: { by, reason: 'r' }, headers: { 'idempotency-key': by } });
    arm(point);
    expect((await change()).status).toBe(500);
    expect(await loggedBy(by)).toEqual(Array(before).fill(action));
    const { status, body } = await change();
    expect(status).toBe(200);
    expect(await loggedBy(by)).toEqual([action]);
    if (path === drain[0]) return expect(body.status).toBe('draining');
    const job = () => get(`/bulk/${body.job}`);
    await until(async () => ((await job()).body.status === 'completed' ? true : undefined), 10_000);
  });
});
