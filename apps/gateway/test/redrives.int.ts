import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bucketOf, exchanges, type Incident, type IncidentsActed, partitionOf, redriveHeader } from '#libs/contracts';
import { type Delivery, partitionQueueSpec } from '#libs/messaging';
import { IncidentStore } from '#libs/persistence';
import { until } from '#libs/testing';
import { OutcomeWatch } from '../src/actions/outcome-watch.js';
import { EventGate } from '../src/events/event-gate.js';
import { InstanceStarter } from '../src/instances/instance-starter.js';
import { brokers, type TestBroker } from './brokers.js';
import { startGateway, type TestGateway } from './gateway-app.js';
import { Partner } from './partner.js';

jest.setTimeout(60_000);

let gateway: TestGateway;
let partner: Partner;

const redrive = async (id: string, wish: object = {}) => {
  const answer = await gateway.request('POST', '/api/v1/incidents/redrive', { body: { by: 'ada', ids: [id], ...wish } });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"items"')]);
  return (answer.body as IncidentsActed).items[0]!;
};
const open = async (kind: string): Promise<Incident[]> =>
  ((await gateway.request('GET', `/api/v1/incidents?kind=${kind}&status=open`)).body as { items: Incident[] }).items;
const opened = async (kind: string): Promise<Incident> => (await until(async () => (await open(kind))[0], 20_000))!;
const detail = async (id: string) => (await gateway.request('GET', `/api/v1/incidents/${id}`)).body;
const started = async (definition: string): Promise<{ id: string }[]> =>
  (await gateway.request('GET', `/api/v1/instances?definition=${definition}`)).body.items;
const define = (name: string) =>
  gateway.request('POST', '/api/v1/definitions', { body: { name, version: '1.0.0', steps: [{ id: 'a', task: 'echo' }] } });
const start = async (definition: string): Promise<string> =>
  (await gateway.request('POST', '/api/v1/instances', { body: { definition } })).body.id;
const put = async (name: string, spec: object): Promise<void> => {
  const body = { kind: 'message', exchange: exchanges.events, routingKey: name, ...spec };
  expect((await gateway.request('PUT', `/api/v1/triggers/${name}`, { body })).status).toBeLessThan(300);
  const queue = `orquestra.trigger.${name}`;
  await until(async () => ((await gateway.other.queueDepth(queue))?.consumers ?? 0) > 0 || undefined, 20_000);
};
const publish = async (routingKey: string, body: unknown, messageId?: string): Promise<void> => {
  const message = { exchange: exchanges.events, routingKey, content: Buffer.from(JSON.stringify(body)), mandatory: true };
  expect(await gateway.other.publish([{ ...message, ...(messageId !== undefined && { messageId }) }])).toEqual(['confirmed']);
};
const ours = new TypeError('a bug of ours');

describe.each(brokers)('redrives over $name', (broker) => {
  let connected: Awaited<ReturnType<TestBroker['open']>>;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    connected = await broker.open();
    gateway = await startGateway({ transport: connected.transport });
    partner = await Partner.open(gateway);
  }, 30_000);
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await gateway.close();
    await connected.remove();
  });

  it('a start that was committed before it failed is not started a second time, also with an edit', async () => {
    await define('committed');
    const events = gateway.app.get(EventGate, { strict: false });
    const failing = jest.spyOn(events, 'toInstance').mockRejectedValue(ours);
    const content = { definition: 'committed', event: { name: 'hello' }, tags: { n: 1 } };
    await partner.send({ id: 'fails-after', content });
    expect((await partner.replyTo('fails-after')).body).toMatchObject({ status: 500 });
    const { id } = await opened('failingCommand');
    const first = await started('committed');
    expect(first).toHaveLength(1);
    expect(await redrive(id)).toMatchObject({ outcome: 'refused', code: 'INTERNAL_ERROR' });
    failing.mockRestore();
    const edit = { definition: 'committed', tags: { n: 2 } };
    expect(await redrive(id, { edit })).toMatchObject({ outcome: 'redriven', instance: first[0]!.id });
    expect(await started('committed')).toEqual(first);
    await partner.send({ id: 'fails-after', content, key: 'workflow.start', replyTo: 'partner.answers' });
    await partner.until(() => partner.replies.filter(({ body }) => body.id === first[0]!.id)[0], 'the answer to the repeat');
    expect(await started('committed')).toHaveLength(1);
  });

  it.each([
    ['with an id', 'm-1'],
    ['without one', undefined],
  ])('a message %s that was committed before it failed starts nothing a second time', async (what, messageId) => {
    const name = `fails-${messageId ?? 'unnamed'}`;
    await define(name);
    await put(name, { definition: name });
    const starter = gateway.app.get(InstanceStarter, { strict: false });
    const real = starter.start.bind(starter);
    jest.spyOn(starter, 'start').mockImplementation(async (...wish) => {
      await real(...wish);
      throw ours;
    });
    await publish(name, { what }, messageId);
    const { id } = await opened('failingMessage');
    jest.restoreAllMocks();
    const first = await started(name);
    expect(first).toHaveLength(1);
    expect(await redrive(id)).toMatchObject({ outcome: 'redriven', instance: first[0]!.id });
    expect(await started(name)).toEqual(first);
  });

  it('a message is refused again until its trigger is mended, and starts once then, with an edit if one is given', async () => {
    await define('mapped');
    const input = { order: '${message.body.order}' };
    await put('mapped', { definition: 'mapped', input });
    await publish('mapped', { ordr: 1 }, 'typo');
    const { id } = await opened('refusedMessage');
    expect(await redrive(id)).toMatchObject({ outcome: 'refused', code: 'MAPPING_FAILED', status: 'open' });
    expect(await detail(id)).toMatchObject({ redrives: 1, result: expect.stringMatching(/^MAPPING_FAILED/) as string });
    const done = await redrive(id, { edit: { order: 7 } });
    expect(done).toMatchObject({ outcome: 'redriven', status: 'redriven' });
    expect((await started('mapped')).map((one) => one.id)).toEqual([done.instance]);
    expect((await gateway.request('GET', `/api/v1/instances/${done.instance!}`)).body.input).toEqual({ order: 7 });
    await publish('mapped', { ordr: 1 }, 'gone');
    const other = await opened('refusedMessage');
    await gateway.request('DELETE', '/api/v1/triggers/mapped');
    expect(await redrive(other.id)).toMatchObject({ outcome: 'refused', code: 'TRIGGER_NOT_FOUND', status: 'open' });
  });

  it('an act is done only when its owner has decided: a refusal leaves its incident open, and says why', async () => {
    await define('decided');
    const instance = await start('decided');
    await partner.send({ id: 'bad-act', key: 'workflow.pause', content: { id: instance, by: 7 } });
    expect((await partner.replyTo('bad-act')).body.status).toBe(422);
    const { id } = await opened('refusedCommand');
    const edit = { id: instance };
    const outcomes = gateway.app.get(OutcomeWatch, { strict: false });
    const silent = jest.spyOn(outcomes, 'wait').mockResolvedValue(undefined);
    for (let n = 0; n < 2; n += 1)
      expect(await redrive(id, { edit })).toMatchObject({ outcome: 'refused', code: 'OVERLOADED', status: 'open' });
    silent.mockRestore();
    const source = gateway.app.get(DataSource);
    const decide = (outcome: string): Promise<[unknown, number]> =>
      source.query(
        `UPDATE workflow_inbox SET applied_seq = 1, outcome = $2 WHERE instance_id = $1 AND applied_seq IS NULL AND kind = 'pause'`,
        [instance, outcome],
      );
    expect((await decide('notPossible'))[1]).toBe(1);
    expect(await redrive(id, { edit })).toMatchObject({ outcome: 'refused', code: 'ACTION_NOT_POSSIBLE', status: 'open' });
    expect(await detail(id)).toMatchObject({ redrives: 1, result: expect.stringMatching(/^ACTION_NOT_POSSIBLE/) as string });
    const redriven = redrive(id, { edit });
    await until(async () => (await decide('applied'))[1] === 1 || undefined, 20_000);
    expect(await redriven).toMatchObject({ outcome: 'redriven', status: 'redriven' });
  });

  it('what a worker said, and a broken instance, go to the owner again', async () => {
    await define('owned');
    const instance = await start('owned');
    const spec = partitionQueueSpec(1, partitionOf(bucketOf(instance), 2));
    await gateway.other.declareQueue(spec);
    const told: Delivery[] = [];
    const consumer = await gateway.other.consume(spec.name, {
      prefetch: 10,
      onDelivery: (delivery) => {
        delivery.settle('ack');
        if (delivery.headers[redriveHeader] !== undefined) told.push(delivery);
      },
    });
    const isTold = async (id: string): Promise<Delivery> =>
      (await until(() => Promise.resolve(told.find(({ headers }) => headers[redriveHeader] === id)), 20_000))!;
    const itemsOf = ({ content }: Delivery): unknown => (JSON.parse(content.toString()) as { items: unknown }).items;
    const store = gateway.app.get(IncidentStore, { strict: false });
    const item = { kind: 'completed', instanceId: instance, path: 'a', token: 2, output: 1, worker: 'w', startedAt: 0 };
    const about = { code: 'DATA_REFUSED', reason: 'r', instanceId: instance, path: 'a', raw: JSON.stringify(item) };
    const refused = (await store.record({ kind: 'refused', ...about }))!;
    const edited = { by: 'ada', ids: [refused], edit: { ...item, token: 'two' } };
    const wrong = await gateway.request('POST', '/api/v1/incidents/redrive', { body: edited });
    expect([wrong.status, wrong.body.code, wrong.body.errors[0].path]).toEqual([422, 'EDIT_INVALID', '/edit/token']);
    const stray = { ...item, instanceId: await start('owned') };
    const strayed = await gateway.request('POST', '/api/v1/incidents/redrive', { body: { ...edited, edit: stray } });
    expect([strayed.status, strayed.body.errors[0].path]).toEqual([422, '/edit/instanceId']);
    const edit = { ...item, output: 'storable' };
    expect(await redrive(refused, { edit })).toMatchObject({ outcome: 'redriven', instance });
    expect(itemsOf(await isTold(refused))).toEqual([edit]);
    const broken = (await store.record({ kind: 'broken', code: 'INSTANCE_BROKEN', reason: 'r', instanceId: instance }))!;
    expect(await redrive(broken, { edit })).toMatchObject({ outcome: 'refused', code: 'EDIT_UNFIT' });
    expect(await redrive(broken)).toMatchObject({ outcome: 'redriven', instance });
    expect(itemsOf(await isTold(broken))).toEqual([{ kind: 'hint', instanceId: instance }]);
    expect(await redrive(broken)).toMatchObject({ outcome: 'already', status: 'redriven' });
    await consumer.close();
  });
});
