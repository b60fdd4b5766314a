import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { bucketOf } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { AskQueries } from '../asks/ask-queries.js';
import { createHotPool } from '../connections/hot-pool.js';
import { InstanceDoor } from '../instances/instance-door.js';
import { InstanceQueries } from '../instances/instance-queries.js';
import { PayloadQueries } from '../payloads/payload-queries.js';
import type { AskRow, InboxKind } from '../ports.js';
import { batch, headUpdate, newId, started, startRow } from '../testing/rows.js';
import { createMigratedDatabase, serverUrl } from '../testing/test-database.js';
import { PgEventStore } from './pg-event-store.js';

jest.setTimeout(60_000);

const big = { text: 'x'.repeat(100_000) };

describe('what a batch tells others', () => {
  let database: Awaited<ReturnType<typeof createMigratedDatabase>>;
  let pool: Pool;
  let store: PgEventStore;
  let door: InstanceDoor;
  let nextBatch = 1;

  beforeAll(async () => {
    database = await createMigratedDatabase(serverUrl);
    pool = createHotPool(database.url);
    store = new PgEventStore(pool);
    door = new InstanceDoor(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const newInstance = async (): Promise<InstanceId> => (await door.insertStarts([startRow()]))[0]!.id;
  const inboxRow = (instanceId: InstanceId, id: string, content: object = {}, kind: InboxKind = 'event') => ({
    id, instanceId, bucket: bucketOf(instanceId), kind, content: content as never,
  }); // prettier-ignore

  it('sends rows to instances, once each, also to those that are not there yet', async () => {
    const [there, yetToCome] = [await newInstance(), newId()];
    const rows = [inboxRow(there, 'a:2'), inboxRow(yetToCome, 'a:9'), inboxRow(yetToCome, 'a:10')];
    await store.commit(batch(nextBatch++, { inboxSent: rows }));
    await store.commit(batch(nextBatch++, { inboxSent: rows.map((row) => ({ ...row, content: { again: true } })) }));
    expect((await store.load([there]))[0]!.inbox).toMatchObject([{ id: 'a:2', content: {} }]);
    const wanted = [there, yetToCome].map((instanceId) => ({ instanceId, bucket: bucketOf(instanceId) }));
    expect((await store.strayInbox(wanted)).map(({ instanceId, id }) => [instanceId, id])).toEqual([
      [yetToCome, 'a:9'],
      [yetToCome, 'a:10'],
    ]);
  });

  it('hands an owner a hundred inbox rows of an instance at once, the oldest first', async () => {
    const id = await newInstance();
    await store.commit(batch(nextBatch++, { inboxSent: Array.from({ length: 250 }, (_, n) => inboxRow(id, `s:${n}`)) }));
    const [stored] = await store.load([id]);
    expect(stored!.inbox.map((row) => row.id)).toEqual(Array.from({ length: 100 }, (_, n) => `s:${n}`));
  });

  it('stores payloads over 64 KiB once, names them in the history, and gives them back to the owner', async () => {
    const row = startRow({ input: big });
    await door.insertStarts([row]);
    await door.insertInbox([inboxRow(row.id, 'i', { type: 'event', event: { name: 'e', payload: big } })]);
    const event = started(1, { data: { definition: 'd', version: '1.0.0', checksum: 'c', input: big } as never });
    await store.commit(
      batch(nextBatch++, { events: [{ instanceId: row.id, event }], heads: [headUpdate(row.id, { seq: 1, output: big })] }),
    );
    const payloads = await pool.query('SELECT sha256, size FROM workflow_payloads WHERE instance_id = $1', [row.id]);
    expect(payloads.rows).toHaveLength(1);
    const [stored] = await store.load([row.id]);
    expect(stored).toMatchObject({
      head: { input: big, output: big },
      events: [{ data: { input: big } }],
      inbox: [{ content: { type: 'event', event: { name: 'e', payload: big } } }],
    });
    const [told] = await store.history(row.id, 0, 1);
    const { sha256 } = payloads.rows[0] as { sha256: string };
    expect(told).toMatchObject({ data: { definition: 'd', input: { $payload: { ref: `${row.id}/${sha256}`, sha256 } } } });
    const queries = new PayloadQueries(database.dataSource);
    expect(await queries.content(row.id, sha256)).toBe(JSON.stringify(big));
    expect(await queries.content(newId(), sha256)).toBeUndefined();
    expect(await new InstanceQueries(database.dataSource).get(row.id)).toMatchObject({ input: big, output: big });
    expect(await door.insertStarts([row])).toMatchObject([{ outcome: 'existing' }]);
  });

  it('remembers where an instance comes from', async () => {
    const parent = { instance: newId(), path: 'call', token: 4, depth: 1, onParentClose: 'cancel' } as const;
    const row = startRow({ origin: { parent } });
    await door.insertStarts([row]);
    expect((await store.load([row.id]))[0]!.head).toMatchObject({ parent: parent.instance, origin: { parent } });
    const { items } = await new InstanceQueries(database.dataSource).list({ parent: parent.instance }, { limit: 5 });
    expect(items.map(({ id }) => id)).toEqual([row.id]);
  });

  it('keeps a list of open asks: by age, by person, until they are answered', async () => {
    const ids = await Promise.all([newInstance(), newInstance(), newInstance()]);
    const ask = (n: number, changes: Partial<AskRow> = {}): AskRow => ({
      instanceId: ids[n]!, path: 'ship/0/sign', tenant: 'main', definition: 'order.process', name: 'sign', kind: 'approval', prompt: 'Ship "it"?',
      choices: null, form: null, assignees: [], claimedBy: null, dueAt: null, timeoutAt: null, openedAt: 100 - n, ...changes,
    }); // prettier-ignore
    const asks = [ask(0, { assignees: ['ann', 'b "o" b'] }), ask(1, { choices: ['a', 'b'], form: { type: 'object' } }), ask(2)];
    await store.commit(batch(nextBatch++, { asks }));
    const queries = new AskQueries(database.dataSource);
    const first = await queries.open({}, { limit: 2 });
    expect(first.items).toEqual([asks[2], asks[1]]);
    const second = await queries.open({}, { limit: 2, cursor: first.next! });
    expect(second).toEqual({ items: [asks[0]], next: null });
    expect((await queries.open({ assignee: 'b "o" b' }, { limit: 5 })).items).toEqual([asks[0]]);

    await store.commit(batch(nextBatch++, { asks: [ask(1, { claimedBy: 'ann', openedAt: 5_000 })] }));
    const ofAnn = await queries.open({ assignee: 'ann' }, { limit: 5 });
    expect(ofAnn.items.map(({ openedAt, claimedBy }) => [openedAt, claimedBy])).toEqual([
      [99, 'ann'],
      [100, null],
    ]);
    await store.commit(batch(nextBatch++, { asksGone: ids.map((instanceId) => ({ instanceId, path: 'ship/0/sign' })) }));
    expect((await queries.open({}, { limit: 5 })).items).toEqual([]);
    await expect(queries.open({}, { limit: 5, cursor: 'nonsense' })).rejects.toThrow('expected a cursor');
  });
});
