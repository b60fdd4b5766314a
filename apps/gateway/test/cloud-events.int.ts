import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { IncidentQueries, type IncidentRow } from '#libs/persistence';
import { brokers, type TestBroker } from './brokers.js';
import { delta, FakeOwner } from './fake-owner.js';
import { startGateway, type TestGateway } from './gateway-app.js';
import { Partner } from './partner.js';

let gateway: TestGateway;
let partner: Partner;
let owner: FakeOwner;

const attributes = (id: string, type = 'dev.orquestrax.workflow.start.v1'): Record<string, string> => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type,
});
const headersOf = (all: Record<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [prefix + name, value]));
const refused = async (): Promise<IncidentRow[]> =>
  (await gateway.app.get(IncidentQueries).list({ kinds: ['refusedCommand'] }, { limit: 100 })).items;

/** The end of an instance, as its owner tells it. */
async function finish(id: string, seq = 1): Promise<void> {
  const end = { status: 'completed', endedAt: Date.now() } as const;
  await owner.commit(id, seq, [{ type: 'instanceCompleted', data: { output: { done: true } } }], {
    ...end,
    output: { done: true },
  });
  await owner.tell([delta(id, { status: 'completed' })]);
}

describe.each(brokers)('over $name', (broker) => {
  let opened: Awaited<ReturnType<TestBroker['open']>>;
  beforeAll(async () => {
    opened = await broker.open();
    gateway = await startGateway({ transport: opened.transport });
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'greet', version: '1.0.0', input: { schema: { type: 'object' } }, steps: [{ id: 'hello', task: 'echo' }] },
    });
    partner = await Partner.open(gateway);
    owner = new FakeOwner(gateway);
    await owner.own();
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await opened.remove();
  });

  describe('a CloudEvent', () => {
    it.each(['cloudEvents:', 'cloudEvents_'])('starts with attributes in headers %s and is answered by one', async (prefix) => {
      const id = `order-1 ${prefix}`;
      await partner.send({
        key: 'shop.orders',
        content: { definition: 'greet', key: id },
        headers: headersOf(attributes(id), prefix),
      });
      const { type, headers, body } = await partner.until(
        () => partner.replies.find((reply) => reply.headers[`${prefix}id`] === `${id}/workflow.started`),
        'an answer',
      );
      expect({ type, body }).toMatchObject({ type: 'workflow.started', body: { status: 'pending', definition: 'greet' } });
      expect(headers).toMatchObject({
        [`${prefix}specversion`]: '1.0',
        [`${prefix}type`]: 'dev.orquestrax.workflow.started.v1',
        [`${prefix}source`]: '/orquestrax',
      });
    });

    it('starts once when it comes as content and then again', async () => {
      const content = { ...attributes('order-2'), data: { definition: 'greet', tags: { from: 'structured' } } };
      const replies = (): unknown[] =>
        partner.replies.filter(({ headers }) => String(headers['cloudEvents:id']).startsWith('order-2/'));
      for (let time = 0; time < 2; time += 1)
        await partner.send({ key: 'any', content, contentType: 'application/cloudevents+json' });
      await partner.until(() => (replies().length === 2 ? true : undefined), 'two answers');
      expect((await gateway.request('GET', '/api/v1/instances?tag.from=structured')).body.items).toHaveLength(1);
    });

    it('of another source with the same id is another command', async () => {
      const send = (source: string): Promise<void> =>
        partner.send({
          content: { definition: 'greet', tags: { from: 'sources' } },
          headers: headersOf({ ...attributes('order-3'), source }, 'cloudEvents:'),
        });
      await send('/shop');
      await send('/market');
      const answers = () => partner.replies.filter(({ headers }) => headers['cloudEvents:id'] === 'order-3/workflow.started');
      await partner.until(() => (answers().length === 2 ? true : undefined), 'two answers');
      expect(new Set(answers().map(({ body }) => (body as { id: string }).id)).size).toBe(2);
    });
  });

  describe('header wait', () => {
    it('answers a start with the instance when that has ended in time', async () => {
      const id = uuidv7();
      await partner.send({ id: 'w-1', content: { definition: 'greet', id }, headers: { wait: '20s' } });
      while ((await gateway.request('GET', `/api/v1/instances/${id}`)).status === 404);
      await finish(id);
      expect(await partner.replyTo('w-1')).toMatchObject({
        type: 'workflow.ended',
        body: { id, status: 'completed', output: { done: true } },
      });
    });

    it('answers with what is known when the time is over, and a repeat waits anew', async () => {
      const sent = { id: 'w-2', content: { definition: 'greet' }, headers: { wait: '20ms' } };
      await partner.send(sent);
      const { type, body } = await partner.replyTo('w-2');
      expect({ type, body }).toMatchObject({ type: 'workflow.started', body: { status: 'pending' } });
      const { id } = body as { id: string };
      await owner.commit(id, 1, [{ type: 'instancePaused', data: {} }], { status: 'paused' });
      await partner.send(sent);
      await partner.until(
        () => partner.replies.find((reply) => (reply.body as { status?: string }).status === 'paused'),
        'how it stands',
      );
      await finish(id, 2);
      await partner.send(sent);
      await partner.until(
        () => partner.replies.find((reply) => reply.correlationId === 'c-w-2' && reply.type === 'workflow.ended'),
        'the end',
      );
    });
  });

  describe('a refused command', () => {
    it('becomes one incident with its reason, however often it comes', async () => {
      const before = (await refused()).length;
      const content = { definition: 'greet', input: 7 };
      const log = jest.spyOn(Logger.prototype, 'warn');
      for (let time = 0; time < 3; time += 1) await partner.send({ id: 'r-1', content, headers: { shop: 'north' } });
      const answers = () => partner.replies.filter(({ correlationId }) => correlationId === 'c-r-1');
      await partner.until(() => (answers().length === 3 ? true : undefined), 'three answers');
      expect(answers().map(({ type, body }) => [type, (body as { code: string }).code])).toEqual(
        Array.from({ length: 3 }, () => ['problem', 'INPUT_INVALID']),
      );
      expect(log).toHaveBeenCalledWith(
        expect.objectContaining({ kind: 'refusedCommand', code: 'INPUT_INVALID', messageId: 'r-1' }),
      );
      log.mockRestore();
      const all = await refused();
      expect(all).toHaveLength(before + 1);
      const [incident] = all;
      expect(incident).toMatchObject({ kind: 'refusedCommand', reason: expect.stringMatching(/^INPUT_INVALID: /) as string });
      expect(incident?.headers).toMatchObject({ shop: 'north', routingKey: 'workflow.start', messageId: 'r-1' });
      expect(incident?.instanceId).toBeNull();
      const { raw } = (await gateway.app.get(IncidentQueries).get(incident!.id))!;
      expect(JSON.parse(raw!.toString())).toEqual(content);
    });

    it('is bound to its instance, and told to nobody when there is no reply_to', async () => {
      const id = uuidv7();
      await partner.send({ id: 'r-2', content: { definition: 'greet', id } });
      await partner.replyTo('r-2');
      await finish(id);
      await partner.send({ id: 'r-3', key: 'workflow.event', content: { instance: id, name: 'paid' }, replyTo: '' });
      await partner.send({ id: 'r-4', key: 'workflow.pause', content: { id } });
      expect(await partner.replyTo('r-4')).toMatchObject({ type: 'problem', body: { code: 'INSTANCE_ENDED' } });
      let found: IncidentRow[] = [];
      while (found.length < 2) found = (await refused()).filter(({ instanceId }) => instanceId === id);
      expect(found.map(({ headers }) => headers?.['messageId']).sort()).toEqual(['r-3', 'r-4']);
    });

    it('of an unknown instance is bound to none, and another content under the same id is refused by itself', async () => {
      await partner.send({ id: 'r-5', key: 'workflow.cancel', content: { id: uuidv7() } });
      expect(await partner.replyTo('r-5')).toMatchObject({ body: { code: 'INSTANCE_NOT_FOUND' } });
      await partner.send({ id: 'r-5', key: 'workflow.cancel', content: { id: uuidv7(), reason: 'other' } });
      await partner.until(
        () => partner.replies.find((reply) => (reply.body as { code?: string }).code === 'IDEMPOTENCY_KEY_REUSED'),
        'the second answer',
      );
      const found = (await refused()).filter(({ headers }) => headers?.['messageId'] === 'r-5');
      expect(found.map(({ reason, instanceId }) => [reason.split(':')[0], instanceId === null])).toEqual([
        ['IDEMPOTENCY_KEY_REUSED', false],
        ['INSTANCE_NOT_FOUND', true],
      ]);
    });
  });

  it('has logged no error', () => {
    expect(gateway.errors).toEqual([]);
  });
});
