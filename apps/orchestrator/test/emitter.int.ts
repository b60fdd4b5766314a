import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { InstanceId, JsonObject } from '#libs/engine';
import { MemoryBroker, MemoryTransport } from '#libs/messaging';
import { createHotPool, EventDoor, InboxDoor, InstanceDoor } from '#libs/persistence';
import { newId, startRow } from '../../../libs/persistence/src/testing/rows.js';
import { createMigratedDatabase, serverUrl } from '../../../libs/persistence/src/testing/test-database.js';
import { Emitter, type EmitEffect } from '../src/keys/emitter.js';

jest.setTimeout(30_000);

const kind = 'emit';

describe('Emitter', () => {
  let database: Awaited<ReturnType<typeof createMigratedDatabase>>;
  let pool: Pool;
  let transport: MemoryTransport;
  let emitter: Emitter;
  let token = 0;

  beforeAll(async () => {
    database = await createMigratedDatabase(serverUrl);
    pool = createHotPool(database.url);
    const broker = new MemoryBroker();
    broker.declareExchange({ name: 'billing', kind: 'topic', durable: true });
    transport = new MemoryTransport({ broker });
    await transport.connect();
    await transport.declareExchanges();
    await transport.declareQueue({
      name: 'invoices',
      life: 'shared',
      bindings: [{ exchange: 'billing', routingKey: 'invoice.*' }],
    });
    emitter = new Emitter(new EventDoor(pool), new InboxDoor(pool), transport);
  });
  afterAll(async () => {
    await transport.close();
    await pool.end();
    await database.drop();
  });

  const instance = async (): Promise<InstanceId> => (await new InstanceDoor(pool).insertStarts([startRow()]))[0]!.id;
  const inboxOf = async (id: InstanceId): Promise<JsonObject[]> =>
    (
      await pool.query<{ content: string }>('SELECT content FROM workflow_inbox WHERE instance_id = $1 ORDER BY received_at', [
        id,
      ])
    ).rows.map((row) => JSON.parse(row.content) as JsonObject);
  const emit = async (what: Pick<EmitEffect, 'event' | 'message'>) => {
    const id = await instance();
    const effect = { kind, path: 'tell', token: ++token, ...what } as const;
    const done = await emitter.emit(id, effect);
    return { id, done, effect, answers: await inboxOf(id) };
  };
  const message = (changes: JsonObject = {}): JsonObject => ({
    exchange: 'billing',
    routingKey: 'invoice.new',
    headers: { region: 'eu', tries: 2, meta: { a: 1 } },
    body: { total: 5 },
    ...changes,
  });

  it('publishes a message with its headers and an id of its own, and says so', async () => {
    const { id, answers, effect } = await emit({ message: message() });
    expect(answers).toEqual([{ type: 'emitted', path: 'tell', token: effect.token, output: null }]);
    const delivery = await new Promise<{ content: Buffer; headers: unknown; messageId?: string }>((resolve) => {
      void transport.consume('invoices', { prefetch: 1, onDelivery: (one) => (one.settle('ack'), resolve(one)) });
    });
    expect(JSON.parse(delivery.content.toString())).toEqual({ total: 5 });
    expect(delivery.headers).toEqual({ region: 'eu', tries: 2, meta: '{"a":1}' });
    expect(delivery.messageId).toBe(`${id}:${effect.token}`);
  });

  it.each([
    ['an exchange that is not there', { exchange: 'nowhere' }, 'there is no exchange "nowhere"'],
    ['a key that no queue takes', { routingKey: 'other' }, 'no queue takes'],
    ['an exchange of ours', { exchange: 'orquestra.partitions' }, 'belongs to OrquestraX itself'],
    ['a queue of ours', { exchange: '', routingKey: 'orquestra.partition.1.0' }, 'belongs to OrquestraX itself'],
  ])('fails for %s, and not once more', async (_, changes, words) => {
    const { answers } = await emit({ message: message(changes) });
    expect(answers).toMatchObject([{ type: 'emitFailed', failure: { code: 'EMIT_REFUSED', retryable: false } }]);
    expect((answers[0]!['failure'] as JsonObject)['message']).toContain(words);
  });

  it('waits for a broker that is not there', async () => {
    const lonely = new Emitter(new EventDoor(pool), new InboxDoor(pool), new MemoryTransport());
    const id = await instance();
    expect(await lonely.emit(id, { kind, path: 'tell', token: 1, message: message() })).toEqual({ outcome: 'again' });
    expect(await inboxOf(id)).toEqual([]);
  });

  it('sends an event to an instance, once however often it is repeated', async () => {
    const receiver = await instance();
    const { id, answers, effect, done } = await emit({ event: { name: 'paid', instance: receiver, payload: { n: 1 } } });
    expect(answers).toEqual([{ type: 'emitted', path: 'tell', token: effect.token, output: { matched: 1, kept: false } }]);
    expect(done).toEqual({ outcome: 'answered', told: [receiver, id] });
    await emitter.emit(id, effect);
    expect(await inboxOf(receiver)).toEqual([
      { type: 'event', event: { id: `${id}:${effect.token}`, name: 'paid', payload: { n: 1 } } },
    ]);
    expect(await inboxOf(id)).toHaveLength(1);
  });

  it('finds nobody at an id that is no instance', async () => {
    const { answers } = await emit({ event: { name: 'paid', instance: newId(), payload: null } });
    expect(answers).toMatchObject([{ type: 'emitted', output: { matched: 0, kept: false } }]);
    const nonsense = await emit({ event: { name: 'paid', instance: 'order-7', payload: null } });
    expect(nonsense.answers).toMatchObject([{ type: 'emitFailed', failure: { code: 'EMIT_REFUSED' } }]);
  });

  it('sends an event by key, which is kept while nobody waits', async () => {
    const { answers, id, effect } = await emit({ event: { name: 'paid', key: 'order-7', payload: null } });
    expect(answers).toMatchObject([{ type: 'emitted', output: { matched: 0, kept: true } }]);
    await emitter.emit(id, effect);
    expect((await new EventDoor(pool).list('main', { limit: 10 })).items).toMatchObject([
      { id: `${id}:${effect.token}`, status: 'waiting' },
    ]);
  });
});
