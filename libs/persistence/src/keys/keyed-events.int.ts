import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { InstanceId, ReceivedEvent } from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { committed } from '../connections/in-transaction.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { InstanceDoor } from '../instances/instance-door.js';
import { batch, newId, startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { bindEvent } from './bind-event.js';
import { EventDoor } from './event-door.js';
import { EventSettlement } from './event-settlement.js';
import type { EndedSubscription, NewSubscription } from './key-rows.js';

jest.setTimeout(60_000); // the first start of an embedded server

const tenant = 'main';
const first = (kept: readonly ReceivedEvent[]) => kept.slice(0, 1);

describe.each(servers)('events by key on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let events: PgEventStore;
  let door: EventDoor;
  let settlement: EventSettlement;
  const batchNos = new Map<number, number>();

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url, { poolSize: 8 });
    events = new PgEventStore(pool);
    door = new EventDoor(pool);
    settlement = new EventSettlement(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const commit = async (changes: Parameters<typeof batch>[1], partition = 0) => {
    const batchNo = (batchNos.get(partition) ?? 0) + 1;
    await events.commit(batch(batchNo, { partition, ...changes }));
    batchNos.set(partition, batchNo);
  };
  const subscription = (key: string, changes: Partial<NewSubscription> = {}): NewSubscription => ({
    instanceId: newId(),
    path: 'paid',
    seq: 4,
    tenant,
    names: ['paid'],
    key,
    since: 0,
    choose: first,
    ...changes,
  });
  const subscribe = async (...subscribed: NewSubscription[]) => commit({ subscribed });
  const end = ({ instanceId, path }: NewSubscription): EndedSubscription => ({ instanceId, path, beforeSeq: 1_000 });
  const deliver = (key: string, n: number, changes: { id?: string; ttlMs?: number; name?: string } = {}) =>
    door.deliverByKey({ tenant, name: 'paid', key, payload: { n }, ...changes });
  const inboxOf = async (id: InstanceId): Promise<{ id: string; content: { event: ReceivedEvent; path?: string } }[]> =>
    (await pool.query('SELECT id, content FROM workflow_inbox WHERE instance_id = $1 ORDER BY received_at', [id])).rows.map(
      (row) => ({ ...row, content: JSON.parse(row.content) }),
    );
  const bind = (id: string, instance: InstanceId) => committed(pool, (client) => bindEvent(client, tenant, id, instance));
  /** As the owner of the instance does it. */
  const decide = async (instanceId: InstanceId, outcome: string) =>
    commit({ inboxApplied: (await inboxOf(instanceId)).map(({ id }) => ({ instanceId, id, seq: 5, outcome })) });

  it('reaches every instance that waits, each by one of its waits, and says so once decided', async () => {
    const [a, b] = [subscription('k1'), subscription('k1')];
    const other = subscription('k1', { names: ['shipped'] });
    const second = { ...a, path: 'again', seq: 9 };
    await subscribe(a, b, other, second);
    const sent = await deliver('k1', 1, { id: 'e-1' });
    expect(sent).toEqual({ id: 'e-1', outcome: 'offered', instances: [a.instanceId, b.instanceId].sort() });
    const [row, ...more] = await inboxOf(a.instanceId);
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      id: 'event/e-1/4',
      content: { type: 'event', path: 'paid', event: { id: 'e-1', name: 'paid', key: 'k1', payload: { n: 1 } } },
    });
    expect(await inboxOf(other.instanceId)).toEqual([]);
    await decide(a.instanceId, 'matched');
    expect(await door.outcome(tenant, 'e-1')).toMatchObject({ outcome: 'offered' });
    await decide(b.instanceId, 'notOpen');
    expect(await door.outcome(tenant, 'e-1')).toEqual({ id: 'e-1', outcome: 'matched', instances: [a.instanceId] });
    expect(await settlement.settle(0, 4096, 100)).toEqual([]);
    expect(await door.outcome(tenant, 'e-1')).toMatchObject({ outcome: 'matched', instances: [a.instanceId] });
  });

  it('answers a repeat of an id with what became of the first', async () => {
    expect(await deliver('k2', 1, { id: 'e-2' })).toEqual({ id: 'e-2', outcome: 'kept', instances: [] });
    const twins = await Promise.all([1, 2, 3, 4].map((n) => deliver(`k2-${n}`, n, { id: 'twin' })));
    expect(twins.map(({ outcome }) => outcome)).toEqual(Array(4).fill('kept'));
    const wait = subscription('k2');
    await subscribe(wait);
    expect(await deliver('k2', 2, { id: 'e-2' })).toEqual({ id: 'e-2', outcome: 'offered', instances: [wait.instanceId] });
    expect(await inboxOf(wait.instanceId)).toHaveLength(1);
  });

  it('is kept for the first whose filter fits, and for no other', async () => {
    for (const n of [1, 2, 3]) await deliver('k3', n);
    const even = subscription('k3', { choose: (kept) => kept.filter(({ payload }) => (payload as { n: number }).n === 2) });
    const [a, b, c] = [subscription('k3'), subscription('k3'), subscription('k3')];
    await subscribe(even, a);
    await subscribe(b, c);
    const got = [];
    for (const { instanceId } of [even, a, b, c])
      got.push((await inboxOf(instanceId)).map(({ content }) => content.event.payload));
    expect(got).toEqual([[{ n: 2 }], [{ n: 1 }], [{ n: 3 }], []]);
  });

  it('is not kept beyond its time to live, nor offered then, but can be bound by hand', async () => {
    expect(await deliver('k4', 1, { ttlMs: 0 })).toMatchObject({ outcome: 'dropped' });
    await deliver('k4', 2, { id: 'late', ttlMs: 20 });
    await deliver('k4', 3, { id: 'early' });
    await new Promise((resolve) => setTimeout(resolve, 40));
    const page = { key: 'k4', limit: 50 };
    const statuses = async () => (await door.list(tenant, page)).items.map(({ id, status }) => [id, status]);
    expect(await statuses()).toEqual([['late', 'unmatched'], ['early', 'waiting']]); // prettier-ignore
    expect((await door.list(tenant, { ...page, status: 'waiting' })).items).toMatchObject([{ id: 'early' }]);
    const { next } = await door.list(tenant, { ...page, limit: 1 });
    expect((await door.list(tenant, { ...page, cursor: next! })).items).toMatchObject([{ id: 'early', payload: { n: 3 } }]);
    const wait = subscription('k4');
    await subscribe(wait);
    expect((await inboxOf(wait.instanceId)).map(({ content }) => content.event.id)).toEqual(['early']);

    const instance = (await new InstanceDoor(pool).insertStarts([startRow()]))[0]!.id;
    expect(await bind('nothing', instance)).toEqual({ outcome: 'unknownEvent' });
    expect(await bind('late', newId())).toEqual({ outcome: 'unknown' });
    expect(await bind('late', instance)).toEqual({ outcome: 'stored' });
    expect(await bind('late', instance)).toEqual({ outcome: 'notKept' });
    const [bound] = await inboxOf(instance);
    expect(bound!.content).toMatchObject({ event: { id: 'late', name: 'paid', payload: { n: 2 } } });
    expect(bound!.content).not.toHaveProperty('path');
    expect(bound!.content.event).not.toHaveProperty('key');
    await decide(instance, 'kept');
    await settlement.settle(0, 4096, 100);
    expect(await door.outcome(tenant, 'late')).toEqual({ id: 'late', outcome: 'matched', instances: [instance] });
  });

  it('is bound to one instance, whoever binds it to another at the same time', async () => {
    const ids = (await new InstanceDoor(pool).insertStarts([startRow(), startRow()])).map(({ id }) => id);
    for (let round = 0; round < 20; round += 1) {
      const event = `contested-${round}`;
      await deliver('k-bound', round, { id: event });
      const outcomes = await Promise.all(ids.map((id) => bind(event, id)));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['notKept', 'stored']);
      const inboxes = (await Promise.all(ids.map(inboxOf))).map((rows) => rows.some((row) => row.content.event.id === event));
      expect(inboxes).toEqual(outcomes.map(({ outcome }) => outcome === 'stored'));
    }
  });

  it('comes back when everybody it was offered to refuses it, and goes to whoever came since', async () => {
    const refuses = subscription('k5');
    await subscribe(refuses);
    await deliver('k5', 1, { id: 'e-5' });
    const later = subscription('k5');
    await subscribe(later);
    await decide(refuses.instanceId, 'dropped');
    expect(await settlement.settle(0, 4096, 100)).toEqual([later.instanceId]);
    expect(await inboxOf(refuses.instanceId)).toHaveLength(1);
    await decide(later.instanceId, 'notOpen');
    expect(await settlement.settle(0, 4096, 100)).toEqual([]);
    expect(await door.outcome(tenant, 'e-5')).toMatchObject({ outcome: 'kept', instances: [] });
    const again = { ...later, seq: 20 }; // the same instance, at another wait
    await commit({ unsubscribed: [end(later)], subscribed: [again] });
    expect((await inboxOf(later.instanceId)).map(({ id }) => id)).toEqual(['event/e-5/4', 'event/e-5/20']);
  });

  it('no longer reaches a wait that has ended', async () => {
    const [gone, half] = [subscription('k6'), subscription('k6', { names: ['paid', 'shipped'] })];
    await subscribe(gone, half);
    await commit({ unsubscribed: [end(gone), { ...end(half), name: 'paid' }] });
    expect(await deliver('k6', 1)).toMatchObject({ outcome: 'kept' });
    expect(await deliver('k6', 2, { name: 'shipped' })).toMatchObject({ instances: [half.instanceId] });
  });

  it('loses nothing and doubles nothing when subscribing and delivering race, 1,000 times', async () => {
    const rounds = 250;
    const sent = new Map<string, string>();
    const waits: NewSubscription[] = [];
    const subscribing = async (partition: number) => {
      for (let n = 0; n < rounds; n += 1) {
        const wait = subscription(`race-${n % 40}`);
        waits.push(wait);
        await commit({ subscribed: [wait] }, partition);
        await commit({ unsubscribed: [end(wait)] }, partition);
      }
    };
    const delivering = async (sender: number) => {
      for (let n = 0; n < rounds; n += 1) {
        const { id, outcome } = await deliver(`race-${n % 40}`, n, { id: `race-${sender}-${n}` });
        sent.set(id, outcome);
      }
    };
    await Promise.all([subscribing(1), subscribing(2), delivering(1), delivering(2)]);
    const offers = new Map<string, number>();
    for (const { instanceId } of waits) {
      for (const { content } of await inboxOf(instanceId)) offers.set(content.event.id, (offers.get(content.event.id) ?? 0) + 1);
    }
    const kept = new Set<string>();
    for (let cursor: string | undefined; ;) {
      const { items, next } = await door.list(tenant, { status: 'waiting', limit: 200, ...(cursor && { cursor }) });
      for (const { id } of items) kept.add(id);
      if (next === null) break;
      cursor = next;
    }
    expect(sent.size).toBe(2 * rounds);
    for (const id of sent.keys()) expect([id, offers.has(id)]).toEqual([id, !kept.has(id)]);
    // kept events are taken by one subscription only; those that came while several waited went to each of them
    for (const [id, outcome] of sent) if (outcome === 'kept') expect(offers.get(id) ?? 0).toBeLessThanOrEqual(1);
  });
});
