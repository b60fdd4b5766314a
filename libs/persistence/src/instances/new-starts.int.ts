import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { createHotPool } from '../connections/hot-pool.js';
import { DefinitionStore } from '../definitions/definition-store.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { IDEMPOTENCY_DAYS, IdempotencyStore } from '../idempotency/idempotency-store.js';
import { batch, headUpdate, started, startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { InstanceDoor } from './instance-door.js';
import { InstanceRecords } from './instance-records.js';
import { type NewStart, NewStartDoor, newStartLockMs } from './new-start-door.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('NewStartDoor on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let door: NewStartDoor;
  let records: InstanceRecords;
  let idempotency: IdempotencyStore;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url, { lockTimeoutMs: newStartLockMs });
    door = new NewStartDoor(pool);
    records = new InstanceRecords(pool);
    idempotency = new IdempotencyStore(database.dataSource);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const newStart = (key?: string, changes: Parameters<typeof startRow>[0] = {}): NewStart => {
    const row = startRow(changes);
    return { row, ifActive: false, ...(key !== undefined && { request: { key, hash: `hash of ${key}`, answer: `{"id":"${row.id}"}` } }) };
  }; // prettier-ignore
  const isThere = async ({ row }: NewStart): Promise<boolean> => (await records.head(row.id)) !== undefined;

  it('stores starts with the answers to their requests', async () => {
    const starts = [newStart('one'), newStart(), newStart('t"w\\o'), newStart(undefined, { key: 'business' })];
    expect(await door.insert(starts)).toEqual(new Set(starts.map(({ row }) => row.id)));
    expect(await new PgEventStore(pool).dueWakeups(0, 4096, Date.now() + 60_000, null, 10)).toHaveLength(4);
    for (const { request } of [starts[0]!, starts[2]!]) {
      expect(await idempotency.reserve(request!.key, request!.hash, 'other')).toEqual({
        outcome: 'replay',
        answer: { status: 201, body: request!.answer },
      });
      expect(await idempotency.reserve(request!.key, 'another', 'other')).toEqual({ outcome: 'reused' });
    }
  });

  it('does not wait for a name that somebody holds in an open transaction', async () => {
    const holder = await pool.connect();
    await holder.query('BEGIN');
    const free = newStart();
    expect(await new NewStartDoor(holder).insert([newStart(undefined, { key: 'held' })])).toMatchObject({ size: 1 });
    expect(await door.insert([newStart(undefined, { key: 'held' }), free])).toMatchObject({ size: 0 });
    expect(await door.insert([free])).toEqual(new Set([free.row.id]));
    await holder.query('ROLLBACK');
    holder.release();
  });

  it('leaves alone whose request is known, also one whose answer is too old', async () => {
    await idempotency.reserve('at work', 'h', 'subject');
    const known = [newStart('one'), newStart('at work')];
    expect(await door.insert([...known, newStart('fresh')])).toMatchObject({ size: 1 });
    await database.dataSource.query(`UPDATE workflow_idempotency SET reserved_at = reserved_at - ${(IDEMPOTENCY_DAYS + 1) * 86_400_000} WHERE key = 'fresh'`); // prettier-ignore
    expect(await door.insert([newStart('fresh')])).toMatchObject({ size: 0 });
    expect(await Promise.all(known.map(isThere))).toEqual([false, false]);
  });

  it('leaves alone what is there by id, key or singleton, and does not remember its request', async () => {
    const [id, key, singleton] = [startRow(), startRow({ key: 'taken' }), startRow({ singleton: 'only' })];
    await new InstanceDoor(pool).insertStarts([id, key, singleton]);
    const again = [newStart('again 1', id), newStart('again 2', { key: 'taken' }), newStart('again 3', { singleton: 'only' })];
    expect(await door.insert(again)).toMatchObject({ size: 0 });
    for (const { request } of again)
      expect(await idempotency.reserve(request!.key, request!.hash, 'mine')).toEqual({ outcome: 'reserved', subject: 'mine' });
  });

  it('leaves alone what was taken for the active version and is it no longer', async () => {
    const definitions = new DefinitionStore(database.dataSource);
    for (const version of ['1.0.0', '1.1.0'])
      await definitions.register({ name: 'moving', version, checksum: version, spec: { name: 'moving', version } });
    const [stale, active, exact, unknown] = [
      { ...newStart('s', { definition: 'moving', version: '1.0.0' }), ifActive: true },
      { ...newStart('a', { definition: 'moving', version: '1.1.0' }), ifActive: true },
      newStart('e', { definition: 'moving', version: '1.0.0' }),
      { ...newStart('u', { definition: 'nobody' }), ifActive: true },
    ];
    expect(await door.insert([stale, active, exact, unknown])).toEqual(new Set([active.row.id, exact.row.id]));
  });

  it('stores a request once, however many try at the same moment, and each start with its own answer', async () => {
    for (let round = 0; round < 10; round += 1) {
      const twins = Array.from({ length: 6 }, () => newStart(`race ${round}`));
      const stored = await Promise.all(twins.map((twin) => door.insert([newStart(), twin])));
      const there = await Promise.all(twins.map(isThere));
      expect(there.filter(Boolean)).toHaveLength(1);
      expect(stored.map((ids, place) => ids.has(twins[place]!.row.id))).toEqual(there);
      const winner = twins[there.indexOf(true)]!;
      expect(await idempotency.reserve(`race ${round}`, winner.request!.hash, 'x')).toMatchObject({
        answer: { body: winner.request!.answer },
      });
    }
  });

  it('stores nothing of what the database refuses', async () => {
    const good = newStart('good');
    expect(await door.insert([good, newStart('bad', { summary: 'a\u0000b' })])).toMatchObject({ size: 0 });
    expect(await door.insert([good, newStart('worse', { input: 1n as never })])).toMatchObject({ size: 0 });
    expect(await isThere(good)).toBe(false);
    expect(await door.insert([])).toMatchObject({ size: 0 });
  });

  it('reads an instance as it stands: head, later events, restarts', async () => {
    const { row } = newStart();
    const restarts = [1, 2].map(() => startRow({ origin: { restartOf: { instance: row.id } } as never }));
    await new InstanceDoor(pool).insertStarts([row, ...restarts]);
    const events = [1, 2, 3].map((seq) => ({ instanceId: row.id, event: started(seq) }));
    await new PgEventStore(pool).commit(batch(1, { events, heads: [headUpdate(row.id, { seq: 3 })] }));
    const record = await records.read(row.id, 1, 10);
    expect(record).toMatchObject({ head: { id: row.id, seq: 3, input: row.input, status: 'running' } });
    expect(record!.events.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(record!.restartedAs).toEqual(restarts.map(({ id }) => id).sort());
    expect((await records.read(row.id, 0, 2))!.events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(record!.head).toEqual(await records.head(row.id));
    expect([await records.read(startRow().id, 0, 1), await records.read('x', 0, 1), await records.head('x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
