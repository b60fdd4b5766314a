import { jest } from '@jest/globals';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { chaosConfirmation } from '#libs/contracts';
import { OperatorLog } from '#libs/persistence';
import { type CrashPoint, loadConfig } from '#libs/platform';
import { until } from '#libs/testing';
import { TaskRegistry, Worker } from '#libs/worker-sdk';
import { armCrashPoint } from '../../../libs/platform/src/crash-points/crash-point.js';
import { type Answer, startGateway, type TestGateway } from './gateway-app.js';

jest.setTimeout(60_000);

let gateway: TestGateway;
let worker: Worker;

beforeAll(async () => {
  gateway = await startGateway({ env: { ORQUESTRA_CHAOS_ALLOWED: 'true' } });
  const registry = new TaskRegistry();
  registry.register('echo', (input) => input);
  worker = new Worker({ id: 'w1', transport: gateway.other, registry, logger: pino({ level: 'silent' }) });
  await worker.start();
  await until(async () => ((await get('/workers/w1')).status === 200 ? true : undefined), 10_000);
  const definition = { name: 'pay', version: '1.0.0', steps: [{ id: 'a', task: 'echo' }] };
  await gateway.request('POST', '/api/v1/definitions', { body: definition });
  const next = { ...definition, version: '2.0.0' };
  await gateway.request('POST', '/api/v1/definitions?activate=false', { body: next });
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

const rows = (sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
  gateway.app.get(DataSource, { strict: false }).query(sql, values);

type Call = readonly [method: string, path: string, body?: object];
const post = (path: string, body: object = {}): Call => ['POST', path, body];
const put = (path: string, body: object): Call => ['PUT', path, body];

const started = async (): Promise<string> =>
  (await gateway.request('POST', '/api/v1/instances', { body: { definition: 'pay', input: {} } })).body.id as string;
const kept = async (): Promise<string> =>
  (await gateway.request('POST', '/api/v1/events', { body: { name: 'paid', key: uuidv7(), payload: 1 } })).body.id as string;
const trigger = async (spec: object = { kind: 'schedule', definition: 'pay', cron: '0 0 1 1 *' }): Promise<string> => {
  const name = `t-${uuidv7()}`;
  expect((await gateway.request('PUT', `/api/v1/triggers/${name}`, { body: spec })).status).toBe(201);
  return `/triggers/${name}`;
};
const hook = { url: 'https://example.com/' };
const webhook = async (): Promise<string> => {
  const name = `w-${uuidv7()}`;
  expect((await gateway.request('PUT', `/api/v1/webhooks/${name}`, { body: hook })).status).toBe(201);
  return `/webhooks/${name}`;
};
const delivery = async (): Promise<Call> => {
  const path = await webhook();
  const { body } = await gateway.request('POST', `/api/v1${path}/test`, { body: {} });
  return post(`${path}/deliveries/redeliver`, { id: body.id });
};
const job = async (): Promise<string> =>
  (await gateway.request('POST', '/api/v1/bulk', { body: { action: 'pause', ids: [await started(), await started()], perSecond: 1 } }))
    .body.id as string; // prettier-ignore

/** Of each place: what it writes in the operator log, where it is cut off, how it is asked for, and what its answer says. */
const places: [action: string, point: CrashPoint, call: () => Promise<Call>, answer: object][] = [
  ['definition.pause', 'once.done', async () => post('/definitions/pay/pause'), { name: 'pay', paused: { by: expect.any(String) } }],
  ['definition.resume', 'once.done', async () => post('/definitions/pay/resume'), { name: 'pay', paused: null }],
  ['definition.activate', 'once.done', async () => put('/definitions/pay/active', { version: '2.0.0' }), { previous: '1.0.0' }],
  ['drainWorker', 'drain.logged', async () => post('/workers/w1/drain'), { status: 'draining' }],
  ['resumeWorker', 'drain.logged', async () => post('/workers/w1/resume'), { status: 'active' }],
  ['instance.restart', 'restart.stored', async () => post(`/instances/${await started()}/restart`), { definition: 'pay' }],
  ['event.bind', 'event.stored', async () => post(`/events/${await kept()}/bind?wait=0s`, { instance: await started() }), { outcome: 'stored' }],
  ['event.bind', 'once.done', async () => post(`/events/${await kept()}/bind?wait=0s`, { instance: await started() }), { outcome: 'stored' }],
  ['bulk.pause', 'once.done', async () => post('/bulk', { action: 'pause', ids: [await started()] }), { action: 'pause' }],
  ['bulk.stop', 'once.done', async () => post(`/bulk/${await job()}/stop`), { status: expect.stringMatching(/^stop/) }],
  ['queue.set', 'once.done', async () => put('/queues/slow', { concurrency: 3 }), { concurrency: 3 }],
  ['task.set', 'once.done', async () => put('/tasks/slow', { concurrency: 3 }), { concurrency: 3 }],
  ['trigger.put', 'once.done', async () => put(`/triggers/t-${uuidv7()}`, { kind: 'hook', definition: 'pay' }), { kind: 'hook' }],
  ['trigger.pause', 'once.done', async () => post(`${await trigger()}/pause`), { status: 'paused' }],
  ['trigger.resume', 'once.done', async () => post(`${await trigger()}/resume`), { status: 'active' }],
  ['trigger.run', 'run.stored', async () => post(`${await trigger()}/run`), { outcome: 'started', how: 'manual' }],
  ['trigger.backfill', 'once.done', async () => post(`${await trigger()}/backfill`, { from: '2000-01-01T00:00:00Z', to: '2003-01-01T00:00:00Z' }), { slots: 3 }],
  ['trigger.delete', 'once.done', async () => ['DELETE', await trigger()], { status: 'active' }],
  ['webhook.put', 'once.done', async () => put(`/webhooks/w-${uuidv7()}`, hook), { secret: expect.stringMatching(/^whsec_/) }],
  ['webhook.enable', 'once.done', async () => post(`${await webhook()}/enable`), { status: 'active' }],
  ['webhook.test', 'once.done', async () => post(`${await webhook()}/test`), { event: 'ping' }],
  ['webhook.redeliver', 'once.done', delivery, { event: 'ping' }],
  ['webhook.delete', 'once.done', async () => ['DELETE', await webhook()], { status: 'active' }],
  ['chaos.enable', 'chaos.stored', async () => put('/chaos', { enabled: true, confirm: chaosConfirmation, faults: { failStep: { rate: 0 } } }), { enabled: true }],
  ['chaos.reset', 'once.done', async () => post('/chaos/reset'), { enabled: true }],
  ['chaos.disable', 'chaos.stored', async () => put('/chaos', { enabled: false }), { enabled: false }],
]; // prettier-ignore

/** Everything people change, as it is stored: a repeat of a request leaves it as it is. */
const tables = [
  ...[
    'workflow_operator_log',
    'workflow_definition_names',
    'workflow_lane_settings',
    'workflow_chaos_runs',
    'workflow_keyed_events',
  ],
  ...['workflow_bulk_jobs', 'workflow_instances', 'workflow_triggers', 'workflow_trigger_runs'],
  ...['workflow_backfills', 'workflow_webhooks', 'workflow_webhook_cursors', 'workflow_webhook_deliveries'],
];
const counts = (): Promise<unknown> => rows(tables.map((table) => `SELECT '${table}' AS name, count(*)::int FROM ${table}`).join(' UNION ALL ')); // prettier-ignore

describe('what people change', () => {
  it.each(places)('%s, cut off at %s, is done and in the operator log once when it is repeated', async (action, point, call, answer) => {
    const by = `${action}-${point}`;
    const [method, path, body] = await call();
    const act = { by, reason: 'r' };
    const inQuery = /^.(triggers|webhooks).[^/]*$/.test(path);
    const content = method === 'DELETE' ? {} : { body: inQuery || action === 'definition.activate' ? body : { ...body, ...act } };
    const headers = { 'idempotency-key': by };
    const change = () => gateway.request(method, `/api/v1${path}${inQuery ? `?by=${by}&reason=r` : ''}`, { ...content, headers });
    const actor = action === 'definition.activate' ? 'anonymous' : by;
    const before = (await loggedBy(actor)).filter((each) => each === action).length;

    arm(point);
    expect((await change()).status).toBe(500);
    const atCrash = await counts();
    const { status, body: repeated } = await change();
    expect(repeated).toMatchObject(answer);
    expect(status).toBe(expectedStatus[action] ?? 200);
    expect((await loggedBy(actor)).filter((each) => each === action)).toHaveLength(before + 1);
    if (action !== 'instance.restart') expect(await counts()).toEqual(atCrash); // its entry comes with the repeat
    expect((await change()).body).toEqual({ ...repeated, secret: undefined }); // shown, and not kept
  }); // prettier-ignore

  it('is found by a repeat though its trigger has been deleted since', async () => {
    const path = await trigger();
    const run = () => gateway.request('POST', `/api/v1${path}/run`, { body: {}, headers: { 'idempotency-key': path } });
    arm('run.stored');
    expect((await run()).status).toBe(500);
    await gateway.request('DELETE', `/api/v1${path}`);
    const { status, body } = await run();
    expect({ status, outcome: body.outcome }).toEqual({ status: 201, outcome: 'started' });
    expect((await get(`/instances/${String(body.instance)}`)).status).toBe(200);
  });

  it('is left as it was when its entry cannot be written', async () => {
    await rows(`ALTER TABLE workflow_operator_log ADD CONSTRAINT none CHECK (actor <> 'nobody')`);
    const act = { by: 'nobody', reason: 'r' };
    expect((await gateway.request('PUT', '/api/v1/queues/whole', { body: { concurrency: 1, ...act } })).status).toBe(500);
    expect((await gateway.request('POST', '/api/v1/definitions/pay/pause', { body: act })).status).toBe(500);
    expect(await rows(`SELECT 1 FROM workflow_lane_settings WHERE name = 'whole'`)).toEqual([]);
    expect(await rows(`SELECT 1 FROM workflow_definition_names WHERE name = 'pay' AND paused_at IS NOT NULL`)).toEqual([]);
    await rows('ALTER TABLE workflow_operator_log DROP CONSTRAINT none');
  });

  it('is refused to another request, which would bind an event or stop a job once more', async () => {
    const [event, instance, stopped] = [await kept(), await started(), await job()];
    const bind = (key: string) =>
      gateway.request('POST', `/api/v1/events/${event}/bind?wait=0s`, {
        body: { instance },
        headers: { 'idempotency-key': key },
      });
    expect((await bind('bind-first')).body).toMatchObject({ outcome: 'stored' });
    expect((await bind('bind-second')).body).toMatchObject({ code: 'EVENT_TAKEN' });
    const stop = (key: string) =>
      gateway.request('POST', `/api/v1/bulk/${stopped}/stop`, { body: {}, headers: { 'idempotency-key': key } });
    arm('once.done');
    expect((await stop('stop-first')).status).toBe(500);
    await rows(`UPDATE workflow_bulk_jobs SET status = 'stopped', ended_at = 1 WHERE id = $1`, stopped);
    expect((await stop('stop-second')).body).toMatchObject({ code: 'BULK_ENDED' });
    expect((await stop('stop-first')).body).toMatchObject({ id: stopped, status: 'stopped' });
  });
});

const expectedStatus: Readonly<Record<string, number>> = {
  ...{ 'instance.restart': 201, 'event.bind': 202, 'bulk.pause': 202, 'trigger.put': 201, 'trigger.run': 201 },
  ...{ 'trigger.backfill': 202, 'webhook.put': 201, 'webhook.test': 202 },
};
