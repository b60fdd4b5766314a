import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { InstanceId } from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { InstanceDoor } from '../instances/instance-door.js';
import { PgLeaseStore } from '../leases/pg-lease-store.js';
import { Maintenance } from '../schema/maintenance.js';
import { batch, newId, started, startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import type { DeliveryResult, WebhookCursor, WebhookFacts } from './webhook-rows.js';
import { WebhookQueue } from './webhook-queue.js';
import { WebhookStore } from './webhook-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

const facts = (changes: Partial<WebhookFacts> = {}): WebhookFacts => ({
  url: 'https://example.com/in',
  definitions: null,
  events: null,
  severity: null,
  secrets: ['whsec_a'],
  headers: { 'x-a': '1' },
  status: 'active',
  note: null,
  ...changes,
});

describe.each(servers)('webhooks on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let store: WebhookStore;
  let queue: WebhookQueue;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    store = new WebhookStore(database.dataSource);
    queue = new WebhookQueue(pool);
    await new PgLeaseStore(pool).ensurePartitions(1, 2);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() =>
    database.dataSource.query(
      'TRUNCATE workflow_webhooks, workflow_webhook_cursors, workflow_webhook_deliveries, workflow_batches, workflow_orchestrators',
    ),
  );

  const put = async (name = 'shop', changes: Partial<WebhookFacts> = {}) => (await store.put('main', name, facts(changes))).row;
  const cursor = (webhookId: string, batchNo: number, changes: Partial<WebhookCursor> = {}): WebhookCursor => ({
    ...{ webhookId, topology: 1, partition: 0, batchNo, place: 0, seq: 0 },
    ...changes,
  });
  const fill = (webhookId: string, ids: readonly InstanceId[], batchNo = 2) =>
    queue.fill(
      ids.map((instanceId) => ({ webhookId, instanceId, seq: 1, event: 'started' })),
      [cursor(webhookId, batchNo)],
    );
  const result = (webhookId: string, instanceId: InstanceId, changes: Partial<DeliveryResult> = {}): DeliveryResult => ({
    ...{ webhookId, instanceId, seq: 1, status: 'delivered', retryInMs: null, answered: 200, error: null, ms: 7 },
    ...changes,
  });

  it('begins with what is committed from now on, and keeps its place when it is changed', async () => {
    await new PgEventStore(pool).commit(batch(1));
    const { row, isNew } = await store.put('main', 'shop', facts());
    expect(isNew).toBe(true);
    expect(row).toMatchObject({ ...facts(), name: 'shop', delivered: 0, failed: 0 });
    const begun = [cursor(row.id, 2), cursor(row.id, 1, { partition: 1 })];
    expect((await queue.cursors([row.id])).sort((a, b) => a.partition - b.partition)).toEqual(begun);
    await new PgEventStore(pool).commit(batch(2));
    const changed = await store.put('main', 'shop', facts({ url: 'https://example.com/other' }));
    expect(changed).toMatchObject({ isNew: false, row: { id: row.id, url: 'https://example.com/other' } });
    expect(await queue.cursors([row.id])).toHaveLength(2);
    expect((await queue.cursors([row.id])).find(({ partition }) => partition === 0)).toEqual(begun[0]);
  });

  it('is worked on by one at a time, and by another when that one is silent', async () => {
    const { id } = await put();
    expect((await queue.claim('a', 0)).map((row) => row.id)).toEqual([id]);
    expect(await queue.claim('b', 0)).toEqual([]);
    expect((await queue.renew('a', [id])).webhooks).toHaveLength(1);
    await database.dataSource.query('UPDATE workflow_webhooks SET lease_until = 1');
    expect(await queue.claim('b', 0)).toHaveLength(1);
    expect((await queue.renew('a', [id])).webhooks).toEqual([]);
    await queue.release('b', [id]);
    expect(await queue.claim('a', 0)).toHaveLength(1);
  });

  it('is shared fairly among the orchestrators that are alive', async () => {
    const leases = new PgLeaseStore(pool);
    for (const id of ['a', 'b']) await leases.announce({ id, host: 'h', version: '0', hasBroker: true });
    for (let n = 0; n < 5; n += 1) await put(`hook-${n}`);
    const first = await queue.claim('a', 0);
    expect(first).toHaveLength(3);
    expect(await queue.claim('a', 3)).toEqual([]);
    expect(await queue.claim('b', 0)).toHaveLength(2);
    expect(
      await queue.renew(
        'a',
        first.map(({ id }) => id),
      ),
    ).toMatchObject({ share: 3 });
  });

  it('takes each event once, however often it is filled, and its cursor never goes back', async () => {
    const { id } = await put();
    const ids = [newId(), newId()];
    await fill(id, ids, 5);
    await fill(id, ids, 4);
    expect(await queue.due(id, 10)).toHaveLength(2);
    expect((await queue.cursors([id])).find(({ partition }) => partition === 0)).toEqual(cursor(id, 5));
    expect(await queue.waiting([id], 10)).toEqual(new Map([[id, 2]]));
    expect(await queue.withDue([id, newId()])).toEqual([id]);
  });

  it('hands out what is due with what it tells', async () => {
    const { id } = await put();
    const instance = newId();
    await new InstanceDoor(pool).insertStarts([startRow({ id: instance, key: `k-${instance}` })]);
    await new PgEventStore(pool).commit(batch(1, { events: [{ instanceId: instance, event: started(1) }] }));
    await fill(id, [instance]);
    const [delivery] = await queue.due(id, 10);
    expect(delivery).toMatchObject({ instanceId: instance, seq: 1, event: 'started', attempts: 0 });
    expect(delivery!.told).toEqual({
      instance: { id: instance, definition: 'order.process', version: '1.0.0', key: `k-${instance}` },
      event: started(1),
    });
  });

  it('writes down what became of each attempt', async () => {
    const { id } = await put();
    const [good, bad, late] = [newId(), newId(), newId()];
    await fill(id, [good, bad, late]);
    await queue.settle(id, [
      result(id, good),
      result(id, bad, { status: 'failed', answered: 410, error: 'answered 410' }),
      result(id, late, { status: 'waiting', retryInMs: 60_000, answered: null, error: 'no answer' }),
    ]);
    expect(await queue.due(id, 10)).toEqual([]);
    const { items } = await store.deliveries(id, undefined, { limit: 10 });
    expect(
      items.map(({ status, attempts, lastStatus, lastError, nextAt: next }) => [status, attempts, lastStatus, lastError, next]),
    ).toEqual([
      ['waiting', 1, null, 'no answer', expect.any(Number)],
      ['failed', 1, 410, 'answered 410', null],
      ['delivered', 1, 200, null, null],
    ]);
    const row = (await store.get('main', 'shop'))!;
    expect(row).toMatchObject({ delivered: 1, failed: 1, lastStatus: null, failingSince: expect.any(Number) });
    await queue.settle(id, [result(id, late)]);
    expect(await store.get('main', 'shop')).toMatchObject({ delivered: 2, failingSince: null, lastStatus: 200 });
  });

  it('brings forward what waits when its receiver is there again', async () => {
    const { id } = await put();
    const late = newId();
    await fill(id, [late]);
    await queue.settle(id, [result(id, late, { status: 'waiting', retryInMs: 3_600_000 })]);
    await queue.hurry(id, 1);
    expect((await store.delivery(id, late, 1))!.nextAt).toBeLessThan(Date.now() + 60_000);
  });

  it('delivers again by hand, from the beginning', async () => {
    const { id } = await put();
    const instance = newId();
    await fill(id, [instance]);
    await queue.settle(id, [result(id, instance, { status: 'failed', answered: 500 })]);
    expect(await store.redeliver(id, instance, 1)).toMatchObject({ status: 'waiting', attempts: 0 });
    expect(await queue.due(id, 1)).toHaveLength(1);
    expect(await store.redeliver(id, newId(), 1)).toBeUndefined();
  });

  it('pages lists, newest first', async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) await put(name);
    const first = await store.list('main', { limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['c', 'b']);
    expect((await store.list('main', { limit: 2, cursor: first.next! })).items.map(({ name }) => name)).toEqual(['a']);
    const { id } = (await store.get('main', 'a'))!;
    await fill(id, [newId(), newId(), newId()]);
    const page = await store.deliveries(id, 'waiting', { limit: 2 });
    expect((await store.deliveries(id, 'waiting', { limit: 2, cursor: page.next! })).items).toHaveLength(1);
    expect((await store.deliveries(id, 'failed', { limit: 2 })).items).toEqual([]);
  });

  it('leaves nothing behind when it is removed, and is not filled any more', async () => {
    const { id } = await put();
    await fill(id, [newId()]);
    expect([await store.remove('main', 'shop'), await store.remove('main', 'shop')]).toEqual([true, false]);
    await fill(id, [newId()]);
    const [{ n }] = await database.dataSource.query(
      'SELECT (SELECT count(*) FROM workflow_webhook_deliveries)::int + (SELECT count(*) FROM workflow_webhook_cursors)::int AS n',
    );
    expect(n).toBe(0);
  });

  it('is cleared of what a process of an earlier version wrote after it was removed', async () => {
    const [kept, gone] = [await put('kept'), await put('gone')];
    const delivery = newId();
    await fill(kept.id, [delivery]);
    await store.remove('main', 'gone');
    const query = database.dataSource.query.bind(database.dataSource);
    await query(
      `INSERT INTO workflow_webhook_deliveries (webhook_id, instance_id, seq, id, event, status, created_at, tried_since, next_at)
       SELECT $1, $2, n, gen_random_uuid(), 'started', 'waiting', 1, 1, 1 FROM generate_series(1, 10001) n`,
      [gone.id, delivery],
    );
    await query('INSERT INTO workflow_webhook_cursors VALUES ($1, 1, 0, 2, 0, 0)', [gone.id]);
    const maintenance = new Maintenance(database.dataSource);
    expect(await maintenance.sweep({ stepLogDays: 30 })).toMatchObject({ webhookLeftovers: 10_002 });
    expect(await query('SELECT DISTINCT webhook_id AS id FROM workflow_webhook_deliveries')).toEqual([{ id: kept.id }]);
    expect(await queue.cursors([gone.id])).toEqual([]);
    expect(await queue.cursors([kept.id])).toHaveLength(2);
    expect(await maintenance.sweep({ stepLogDays: 30 })).toMatchObject({ webhookLeftovers: 0 });
  });

  it('keeps its log for a week, and what still waits for longer', async () => {
    const { id } = await put();
    const [done, open] = [newId(), newId()];
    await fill(id, [done, open]);
    await queue.settle(id, [result(id, done)]);
    await database.dataSource.query(`UPDATE workflow_webhook_deliveries SET created_at = created_at - ${8 * 86_400_000}`);
    expect(await new Maintenance(database.dataSource).sweep({ stepLogDays: 30 })).toMatchObject({ webhookDeliveries: 1 });
    expect((await store.deliveries(id, undefined, { limit: 9 })).items.map(({ instanceId }) => instanceId)).toEqual([open]);
  });
});
