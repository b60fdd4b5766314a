import { v7 as uuidv7 } from 'uuid';
import { commandsQueue, exchanges } from '#libs/contracts';
import { deadLetterQueueSpec, type Delivery } from '#libs/messaging';
import { IncidentStore } from '#libs/persistence';
import { brokers, type TestBroker } from './brokers.js';
import { delta, FakeOwner } from './fake-owner.js';
import { startGateway, type TestGateway } from './gateway-app.js';

interface Reply {
  readonly correlationId?: string;
  readonly type?: string;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
}

let gateway: TestGateway;
const replies: Reply[] = [];
const buried: Delivery[] = [];
const looks = new Set<() => void>();

const replyQueue = 'partner.answers';
const note = (): void => {
  for (const look of [...looks]) look();
};

function until<T>(find: () => T | undefined, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = find();
      if (found === undefined) return;
      clearTimeout(timer);
      looks.delete(look);
      resolve(found);
    };
    const timer = setTimeout(() => reject(new Error(`expected ${what} within 8 s`)), 8_000);
    looks.add(look);
    look();
  });
}

interface Sent {
  readonly id?: string;
  readonly key?: string;
  readonly content: unknown;
  readonly replyTo?: string;
}

async function command({ id, key = 'workflow.start', content, replyTo = replyQueue }: Sent): Promise<void> {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const [outcome] = await gateway.other.publish([
    {
      exchange: exchanges.commands,
      routingKey: key,
      content: bytes,
      mandatory: true,
      replyTo,
      correlationId: `c-${id ?? 'none'}`,
      ...(id !== undefined && { messageId: id }),
    },
  ]);
  expect(outcome).toBe('confirmed');
}

const replyTo = (id: string): Promise<Reply> =>
  until(() => replies.find(({ correlationId }) => correlationId === `c-${id}`), `an answer to ${id}`);

describe.each(brokers)('over $name', (broker) => {
  let opened: Awaited<ReturnType<TestBroker['open']>>;
  beforeAll(async () => {
    opened = await broker.open();
    gateway = await startGateway({ transport: opened.transport });
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
    });
    await gateway.other.declareExchanges();
    replies.splice(0);
    buried.splice(0);
    while (((await gateway.other.queueDepth(commandsQueue))?.consumers ?? 0) === 0);
    await gateway.other.declareQueue({ name: replyQueue, life: 'exclusive', bindings: [] });
    await gateway.other.consume(replyQueue, {
      prefetch: 100,
      onDelivery: (delivery) => {
        delivery.settle('ack');
        const { correlationId, type, content } = delivery;
        replies.push({ correlationId, type, body: JSON.parse(content.toString()) as unknown });
        note();
      },
    });
    await gateway.other.consume(deadLetterQueueSpec.name, {
      prefetch: 100,
      onDelivery: (delivery) => {
        delivery.settle('ack');
        buried.push(delivery);
        note();
      },
    });
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await opened.remove();
  });

  describe('workflow.start', () => {
    it('starts an instance and answers with its id', async () => {
      await command({ id: 'm-1', content: { definition: 'greet', input: { n: 1 } } });
      const { type, body } = await replyTo('m-1');
      expect({ type, body }).toMatchObject({
        type: 'workflow.started',
        body: { status: 'pending', definition: 'greet', version: '1.0.0' },
      });
      expect((await gateway.request('GET', `/api/v1/instances/${body.id}`)).body.input).toEqual({ n: 1 });
    });

    it('starts one instance for a message that comes again, and answers each time alike', async () => {
      for (let time = 0; time < 3; time++)
        await command({ id: 'm-2', content: { definition: 'greet', tags: { from: 'twice' } } });
      await until(
        () => (replies.filter(({ correlationId }) => correlationId === 'c-m-2').length === 3 ? true : undefined),
        'three answers',
      );
      const own = replies.filter(({ correlationId }) => correlationId === 'c-m-2');
      expect(new Set(own.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect((await gateway.request('GET', '/api/v1/instances?tag.from=twice')).body.items).toHaveLength(1);
    });

    it('tells a refusal as a problem', async () => {
      await command({ id: 'm-3', content: { definition: 'nobody' } });
      expect(await replyTo('m-3')).toMatchObject({ type: 'problem', body: { status: 404, code: 'DEFINITION_NOT_FOUND' } });
    });

    it('needs no answer', async () => {
      await command({ id: 'm-4', content: { definition: 'greet', key: 'quiet' }, replyTo: '' });
      // Nothing tells when it is done: commands are taken in side by side.
      let found: unknown[] = [];
      for (let look = 0; look < 200 && found.length === 0; look += 1) {
        found = (await gateway.request('GET', '/api/v1/instances?key=quiet')).body.items as unknown[];
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      expect(found).toHaveLength(1);
    });

    it('never answers into a queue of the platform', async () => {
      await command({ id: 'm-6', content: { definition: 'greet' }, replyTo: 'orquestra.partition.1.0' });
      await command({ id: 'm-7', content: { definition: 'greet' } });
      await replyTo('m-7');
      expect(await gateway.other.queueDepth('orquestra.partition.1.0')).toBeUndefined();
    });
  });

  describe('workflow.cancel', () => {
    it('stores the wish', async () => {
      await command({ id: 'm-10', content: { definition: 'greet' } });
      const { body } = await replyTo('m-10');
      await command({ id: 'm-11', key: 'workflow.cancel', content: { id: body.id, reason: 'not needed' } });
      expect(await replyTo('m-11')).toMatchObject({ type: 'workflow.acted', body: { id: body.id } });
    });

    it('refuses one that has ended', async () => {
      const owner = new FakeOwner(gateway);
      await owner.own();
      await command({ id: 'm-12', content: { definition: 'greet' } });
      const { body } = await replyTo('m-12');
      await owner.commit(body.id, 1, [{ type: 'instanceCompleted', data: { output: {} } }], {
        status: 'completed',
        endedAt: Date.now(),
      });
      await owner.tell([delta(body.id, { status: 'completed' })]);
      await command({ id: 'm-13', key: 'workflow.cancel', content: { id: body.id } });
      expect(await replyTo('m-13')).toMatchObject({ type: 'problem', body: { status: 409, code: 'INSTANCE_ENDED' } });
    });

    it('refuses an unknown one', async () => {
      await command({ id: 'm-14', key: 'workflow.cancel', content: { id: uuidv7() } });
      expect(await replyTo('m-14')).toMatchObject({ type: 'problem', body: { code: 'INSTANCE_NOT_FOUND' } });
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
        await command(sent);
        const letter = await until(
          () => buried.find(({ headers }) => String(headers['reason']).startsWith(code) && !seen.has(headers)),
          `a dead letter ${code}`,
        );
        seen.add(letter.headers);
        expect(letter.routingKey).toBe(sent.key ?? 'workflow.start');
        const [incident] = (await gateway.app.get(IncidentStore).list({ kind: 'unreadable', isOpen: true }, { limit: 1 })).items;
        expect(incident).toMatchObject({ raw: letter.content, reason: letter.headers['reason'] });
        expect(incident?.headers).toMatchObject({ routingKey: letter.routingKey });
        expect(await replyTo(sent.id ?? 'none')).toMatchObject({ type: 'problem', body: { code } });
      },
    );

    const seen = new Set<unknown>();
  });

  it('a shape that does not fit is told and not buried', async () => {
    const before = buried.length;
    await command({ id: 'm-30', content: { definition: 7 } });
    expect(await replyTo('m-30')).toMatchObject({
      type: 'problem',
      body: { code: 'REQUEST_INVALID', errors: [{ path: '/definition' }] },
    });
    expect(buried.length).toBe(before);
    expect(gateway.errors.splice(0)).toEqual([]);
  });
});
