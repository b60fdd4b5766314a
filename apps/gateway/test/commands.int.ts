import { v7 as uuidv7 } from 'uuid';
import { IncidentQueries } from '#libs/persistence';
import { brokers, type TestBroker } from './brokers.js';
import { delta, FakeOwner } from './fake-owner.js';
import { startGateway, type TestGateway } from './gateway-app.js';
import { Partner, type Sent } from './partner.js';

let gateway: TestGateway;
let partner: Partner;

describe.each(brokers)('over $name', (broker) => {
  let opened: Awaited<ReturnType<TestBroker['open']>>;
  beforeAll(async () => {
    opened = await broker.open();
    gateway = await startGateway({ transport: opened.transport });
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
    });
    partner = await Partner.open(gateway);
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await opened.remove();
  });

  describe('workflow.start', () => {
    it('starts an instance and answers with its id', async () => {
      await partner.send({ id: 'm-1', content: { definition: 'greet', input: { n: 1 } } });
      const { type, body } = await partner.replyTo('m-1');
      expect({ type, body }).toMatchObject({
        type: 'workflow.started',
        body: { status: 'pending', definition: 'greet', version: '1.0.0' },
      });
      expect((await gateway.request('GET', `/api/v1/instances/${body.id}`)).body.input).toEqual({ n: 1 });
    });

    it('starts one instance for a message that comes again, and answers each time alike', async () => {
      for (let time = 0; time < 3; time++)
        await partner.send({ id: 'm-2', content: { definition: 'greet', tags: { from: 'twice' } } });
      await partner.until(
        () => (partner.replies.filter(({ correlationId }) => correlationId === 'c-m-2').length === 3 ? true : undefined),
        'three answers',
      );
      const own = partner.replies.filter(({ correlationId }) => correlationId === 'c-m-2');
      expect(new Set(own.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect((await gateway.request('GET', '/api/v1/instances?tag.from=twice')).body.items).toHaveLength(1);
    });

    it('tells a refusal as a problem', async () => {
      await partner.send({ id: 'm-3', content: { definition: 'nobody' } });
      expect(await partner.replyTo('m-3')).toMatchObject({
        type: 'problem',
        body: { status: 404, code: 'DEFINITION_NOT_FOUND' },
      });
    });

    it('needs no answer', async () => {
      await partner.send({ id: 'm-4', content: { definition: 'greet', key: 'quiet' }, replyTo: '' });
      // Nothing tells when it is done: commands are taken in side by side.
      let found: unknown[] = [];
      for (let look = 0; look < 200 && found.length === 0; look += 1) {
        found = (await gateway.request('GET', '/api/v1/instances?key=quiet')).body.items as unknown[];
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      expect(found).toHaveLength(1);
    });

    it('never answers into a queue of the platform', async () => {
      await partner.send({ id: 'm-6', content: { definition: 'greet' }, replyTo: 'orquestra.partition.1.0' });
      await partner.send({ id: 'm-7', content: { definition: 'greet' } });
      await partner.replyTo('m-7');
      expect(await gateway.other.queueDepth('orquestra.partition.1.0')).toBeUndefined();
    });
  });

  describe('workflow.cancel', () => {
    it('stores the wish', async () => {
      await partner.send({ id: 'm-10', content: { definition: 'greet' } });
      const { body } = await partner.replyTo('m-10');
      await partner.send({ id: 'm-11', key: 'workflow.cancel', content: { id: body.id, reason: 'not needed' } });
      expect(await partner.replyTo('m-11')).toMatchObject({ type: 'workflow.acted', body: { id: body.id } });
    });

    it('refuses one that has ended', async () => {
      const owner = new FakeOwner(gateway);
      await owner.own();
      await partner.send({ id: 'm-12', content: { definition: 'greet' } });
      const { body } = await partner.replyTo('m-12');
      await owner.commit(body.id, 1, [{ type: 'instanceCompleted', data: { output: {} } }], {
        status: 'completed',
        endedAt: Date.now(),
      });
      await owner.tell([delta(body.id, { status: 'completed' })]);
      await partner.send({ id: 'm-13', key: 'workflow.cancel', content: { id: body.id } });
      expect(await partner.replyTo('m-13')).toMatchObject({ type: 'problem', body: { status: 409, code: 'INSTANCE_ENDED' } });
    });

    it('refuses an unknown one', async () => {
      await partner.send({ id: 'm-14', key: 'workflow.cancel', content: { id: uuidv7() } });
      expect(await partner.replyTo('m-14')).toMatchObject({ type: 'problem', body: { code: 'INSTANCE_NOT_FOUND' } });
    });
  });

  describe('what nobody can read', () => {
    it.each([
      ['without a message_id', { content: { definition: 'greet' } }, 'MESSAGE_ID_REQUIRED'],
      ['that is no JSON', { id: 'm-20', content: '{' }, 'BODY_INVALID'],
      ['that is no text', { id: 'm-21', content: Buffer.of(0xff, 0xfe) }, 'BODY_INVALID'],
      ['of an unknown kind', { id: 'm-22', key: 'workflow.explode', content: {} }, 'COMMAND_UNKNOWN'],
      ['that is too deep', { id: 'm-23', content: '['.repeat(400) + ']'.repeat(400) }, 'BODY_TOO_DEEP'],
    ] satisfies [string, Sent, string][])(
      'a message %s becomes a dead letter with its reason, and its sender is told',
      async (_, sent: Sent, code) => {
        await partner.send(sent);
        const letter = await partner.until(
          () => partner.buried.find(({ headers }) => String(headers['reason']).startsWith(code) && !seen.has(headers)),
          `a dead letter ${code}`,
        );
        seen.add(letter.headers);
        expect(letter.routingKey).toBe(sent.key ?? 'workflow.start');
        const [incident] = (await gateway.app.get(IncidentQueries).list({ kinds: ['unreadable'], status: 'open' }, { limit: 1 }))
          .items;
        const whole = await gateway.app.get(IncidentQueries).get(incident!.id);
        expect(whole).toMatchObject({ raw: letter.content, reason: letter.headers['reason'] });
        expect(incident?.headers).toMatchObject({ routingKey: letter.routingKey });
        expect(await partner.replyTo(sent.id ?? 'none')).toMatchObject({ type: 'problem', body: { code } });
      },
    );

    const seen = new Set<unknown>();
  });

  it('a shape that does not fit is told and not buried', async () => {
    const before = partner.buried.length;
    await partner.send({ id: 'm-30', content: { definition: 7 } });
    expect(await partner.replyTo('m-30')).toMatchObject({
      type: 'problem',
      body: { code: 'REQUEST_INVALID', errors: [{ path: '/definition' }] },
    });
    expect(partner.buried.length).toBe(before);
    expect(gateway.errors.splice(0)).toEqual([]);
  });
});
