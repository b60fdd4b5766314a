import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { InstanceId } from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { InstanceDoor } from '../instances/instance-door.js';
import { DataFault, JournalCollision } from '../ports.js';
import { batch, headUpdate, newId, started, startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { PgEventStore } from './pg-event-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('PgEventStore on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let store: PgEventStore;
  let door: InstanceDoor;
  let nextBatch = 1;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    store = new PgEventStore(pool);
    door = new InstanceDoor(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const newInstance = async (): Promise<InstanceId> => (await door.insertStarts([startRow()]))[0]!.id;

  it('tells of an instance whose rows somebody has written over, and loads the others', async () => {
    const [spoilt, other] = [await newInstance(), await newInstance()];
    for (const input of ['{', '{"$payload":{"ref":"nobody/x","sha256":"x","size":1}}', '{"$payload":7}']) {
      await pool.query(`UPDATE workflow_instances SET input = $2 WHERE id = $1`, [spoilt, input]);
      const told: InstanceId[] = [];
      const loaded = await store.load([spoilt, other], (id) => told.push(id));
      expect([told, loaded.map(({ head }) => head.id)]).toEqual([[spoilt], [other]]);
    }
  });

  it('gives what cannot be read of an inbox as spoilt, behind which the rest is not held up', async () => {
    const id = await newInstance();
    const rows = [
      ['a', 'pause', '{'],
      ['b', 'pause', '{}'],
      ['c', 'pause', '[]'],
      ['d', 'event', '{"event":{"payload":{"$payload":{"ref":"nobody/x","sha256":"x","size":1}}}}'],
      ['e', 'startChild', '{}'],
    ] as const;
    for (const row of rows)
      await pool.query(
        `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at) SELECT id, $2, bucket, $3, $4, 1 FROM workflow_instances WHERE id = $1`,
        [id, ...row],
      );
    const [stored] = await store.load([id]);
    expect(stored!.inbox.map(({ kind }) => kind)).toEqual(['spoilt', 'pause', 'spoilt', 'spoilt', 'spoilt']);
  });

  it('loads a pending instance with its wake-up', async () => {
    const row = startRow({ key: 'K-1', tags: { team: 'a' }, summary: 'Order 1', priority: 5 });
    await door.insertStarts([row]);
    const [stored] = await store.load([row.id, newId()]);
    expect(stored).toMatchObject({
      head: {
        id: row.id,
        status: 'pending',
        seq: 0,
        generation: 1,
        key: 'K-1',
        tags: { team: 'a' },
        input: { id: 1 },
        stepsTotal: 3,
        output: null,
      },
      snapshot: null,
      events: [],
      inbox: [],
    });
    expect(stored!.wakeup).toEqual({ dueAt: stored!.head.createdAt, work: 'none' });
    expect(typeof stored!.head.createdAt).toBe('number');
  });

  it('writes everything of a batch and reads it back', async () => {
    const [id, other] = [await newInstance(), await newInstance()];
    await door.insertInbox([{ id: 'cancel-1', instanceId: id, bucket: 0, kind: 'cancel', content: { reason: 'late' } }]);
    await store.commit(
      batch(nextBatch++, {
        touched: [{ instanceId: id, fromSeq: 1, toSeq: 2 }],
        events: [
          { instanceId: id, event: started(1) },
          {
            instanceId: id,
            event: started(2, { type: 'stepSkipped', path: 'a/"b"\\c', attempt: 1, data: { because: 'when' } } as never),
          },
          { instanceId: other, event: started(1) },
        ],
        heads: [headUpdate(id, { output: { z: 1, a: [null, 'ü'] }, tags: { k: 'v' }, error: { code: 'X', message: 'y' } })],
        wakeups: [
          { instanceId: id, bucket: 7, dueAt: 5_000, work: 'sent' },
          { instanceId: other, bucket: 7, dueAt: null, work: 'none', remove: true },
        ],
        snapshots: [{ instanceId: id, seq: 1, state: '{"s":1}' }],
        unsent: [{ instanceId: id, token: 2, isEvent: false, partition: 0, tries: 1, retryAt: 50 }],
      }),
    );
    const loaded = new Map((await store.load([id, other])).map((stored) => [stored.head.id, stored]));
    expect(loaded.get(id)).toMatchObject({
      head: { status: 'running', seq: 2, output: { z: 1, a: [null, 'ü'] }, tags: { k: 'v' }, error: { code: 'X', message: 'y' } },
      snapshot: { seq: 1, state: '{"s":1}' },
      events: [{ seq: 2, type: 'stepSkipped', path: 'a/"b"\\c', attempt: 1, data: { because: 'when' }, at: 1_002 }],
      wakeup: { dueAt: 5_000, work: 'sent' },
      inbox: [{ id: 'cancel-1', kind: 'cancel', content: { reason: 'late' } }],
    });
    expect(loaded.get(other)).toMatchObject({ wakeup: null, events: [{ seq: 1 }] });
    expect(await store.history(id, 0, 10)).toEqual([started(1), expect.objectContaining({ seq: 2 })]);
    expect(await store.history(id, 1, 10)).toHaveLength(1);
    expect(await store.eventsAt(id, [1, 7])).toEqual([started(1)]);
    expect(await store.unsentDue(0, false, 50, 10)).toEqual([
      { instanceId: id, token: 2, isEvent: false, partition: 0, tries: 1, retryAt: 50 },
    ]);

    await store.commit(
      batch(nextBatch++, {
        inboxApplied: [{ instanceId: id, id: 'cancel-1', seq: 3, outcome: 'applied' }],
        unsentDone: [{ instanceId: id, token: 2 }],
      }),
    );
    expect(await store.unsentDue(0, false, 50, 10)).toEqual([]);
    expect((await store.load([id]))[0]!.inbox).toEqual([]);
  });

  it('stores the data of events as canonical JSON text', async () => {
    const id = await newInstance();
    await store.commit(batch(nextBatch++, { events: [{ instanceId: id, event: started(1) }] }));
    const { rows } = await pool.query('SELECT data FROM workflow_events WHERE instance_id = $1', [id]);
    expect(rows[0].data).toBe('{"checksum":"c0ffee","definition":"order.process","input":{"a":[1,"x"],"b":1},"version":"1.0.0"}');
  });

  it('refuses the whole batch of a deposed owner as a journal collision, whatever else it wrote', async () => {
    const id = await newInstance();
    const mine = batch(nextBatch++, { events: [{ instanceId: id, event: started(1) }], heads: [headUpdate(id, { seq: 1 })] });
    await store.commit(mine);
    const stale = {
      ...mine,
      events: [...mine.events, { instanceId: id, event: started(2) }],
      heads: [headUpdate(id, { seq: 9 })],
    };
    const refusal = await store.commit(stale).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(JournalCollision);
    expect(refusal).toMatchObject({ partition: 0, batchNo: mine.batchNo });
    expect((await store.load([id]))[0]).toMatchObject({ head: { seq: 1 }, events: [{ seq: 1 }] });
  });

  it('tells a fault of the data from a collision, and writes nothing of it', async () => {
    const id = await newInstance();
    const poisoned = batch(nextBatch, { events: [{ instanceId: id, event: started(1, { data: { input: 'a\0b' } as never }) }] });
    // JSON escapes U+0000, so the text itself is storable; a raw one in a text column is not.
    await expect(store.commit(poisoned)).resolves.toBeUndefined();
    nextBatch++;
    const raw = await store
      .commit(batch(nextBatch, { heads: [headUpdate(id, { summary: 'a\0b' })] }))
      .catch((error: unknown) => error);
    expect(raw).toBeInstanceOf(DataFault);
    expect(raw).toMatchObject({ sqlState: '22021' });
    const again = await store
      .commit(batch(nextBatch, { events: [{ instanceId: id, event: started(1) }] }))
      .catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'DATA_FAULT', sqlState: '23505' });
    const status = await store
      .commit(batch(nextBatch, { heads: [headUpdate(id, { status: 'odd' as never })] }))
      .catch((error: unknown) => error);
    expect(status).toMatchObject({ code: 'DATA_FAULT', sqlState: '23514' });
    await store.commit(batch(nextBatch++));
  });

  it('names what was touched after the last batch known to be sent, once per instance', async () => {
    const id = newId();
    const from = nextBatch;
    for (const range of [
      { fromSeq: 1, toSeq: 2 },
      { fromSeq: 3, toSeq: 4 },
    ])
      await store.commit(batch(nextBatch++, { partition: 5, touched: [{ instanceId: id, ...range }] }));
    expect(await store.touchedAfter(5, 1, 0)).toEqual([{ instanceId: id, fromSeq: 1, toSeq: 4 }]);
    expect(await store.touchedAfter(5, 1, from)).toEqual([{ instanceId: id, fromSeq: 3, toSeq: 4 }]);
    expect(await store.touchedAfter(5, 1, from + 1)).toEqual([]);
    expect(await store.touchedAfter(5, 2, 0)).toEqual([]);
  });

  it('reads ranges of events of many instances at once, each in order', async () => {
    const [one, two, gone] = [newId(), newId(), newId()];
    const events = [one, two].flatMap((instanceId) => [3, 1, 2].map((seq) => ({ instanceId, event: started(seq) })));
    await store.commit(batch(nextBatch++, { events }));
    const found = await store.eventsIn([
      { instanceId: one, fromSeq: 2, toSeq: 3 },
      { instanceId: two, fromSeq: 1, toSeq: 1 },
      { instanceId: gone, fromSeq: 1, toSeq: 9 },
    ]);
    const seqs = [...found].map(([id, own]) => [id, own.map(({ seq }) => seq)]);
    expect(seqs).toEqual([
      [one, [2, 3]],
      [two, [1]],
      [gone, []],
    ]);
    expect(found.get(two)).toEqual([started(1)]);
  });

  it('finds due wake-ups, waiting inbox rows and work of a bucket range', async () => {
    const rows = [10, 20, 4095].map((bucket) => startRow({ bucket }));
    await pool.query('DELETE FROM workflow_wakeups');
    await pool.query('DELETE FROM workflow_inbox');
    await door.insertStarts(rows);
    const [a, b, c] = rows.map((row) => row.id) as [InstanceId, InstanceId, InstanceId];
    await door.insertInbox([a, c].map((instanceId) => ({ id: 'x', instanceId, bucket: 0, kind: 'cancel', content: {} })));
    await store.commit(
      batch(nextBatch++, {
        wakeups: [
          { instanceId: a, bucket: 10, dueAt: 200, work: 'sent' },
          { instanceId: b, bucket: 20, dueAt: 100, work: 'queued' },
          { instanceId: c, bucket: 4095, dueAt: null, work: 'queued' },
        ],
      }),
    );
    const [dueA, dueB] = [
      { id: a, dueAt: 200 },
      { id: b, dueAt: 100 },
    ];
    expect(await store.dueWakeups(0, 4096, 200, null, 10)).toEqual([dueB, dueA]);
    expect(await store.dueWakeups(0, 4096, 199, null, 10)).toEqual([dueB]);
    expect(await store.dueWakeups(0, 20, 1_000, null, 10)).toEqual([dueA]);
    expect(await store.dueWakeups(0, 4096, 200, null, 1)).toEqual([dueB]);
    expect(await store.dueWakeups(0, 4096, 200, dueB, 10)).toEqual([dueA]);
    expect(await store.dueWakeups(0, 4096, 200, dueA, 10)).toEqual([]);
    expect(await store.inboxWaiting(0, 4096, 10)).toEqual(expect.arrayContaining([a, c]));
    expect(await store.inboxWaiting(10, 11, 10)).toEqual([a]);
    expect(await store.instancesWithWork(0, 4096, 'sent', null, 10)).toEqual([a]);
    expect(await store.instancesWithWork(0, 4096, 'queued', null, 10)).toEqual([b, c]);
    expect(await store.instancesWithWork(0, 4096, 'queued', b, 10)).toEqual([c]);
    expect(await store.instancesWithWork(0, 4095, 'queued', b, 10)).toEqual([]);
  });

  it('leaves events of instances that have not started to their start', async () => {
    await pool.query('DELETE FROM workflow_inbox');
    const [early, open] = [await newInstance(), await newInstance()];
    const rows = (kind: 'event' | 'cancel') =>
      [early, open].map((instanceId) => ({ id: kind, instanceId, bucket: 0, kind, content: {} }));
    await door.insertInbox(rows('event'));
    await pool.query(`UPDATE workflow_instances SET status = 'waiting' WHERE id = $1`, [open]);
    expect(await store.inboxWaiting(0, 4096, 10)).toEqual([open]);
    await door.insertInbox(rows('cancel'));
    expect((await store.inboxWaiting(0, 4096, 10)).sort()).toEqual([early, open].sort());
  });

  it('finds whose inbox has rows, though another has more of them than are asked for', async () => {
    await pool.query('DELETE FROM workflow_inbox');
    const [first, second] = [await newInstance(), await newInstance()].sort();
    const row = (instanceId: InstanceId, id: string) => ({ id, instanceId, bucket: 0, kind: 'cancel' as const, content: {} });
    await door.insertInbox(['1', '2', '3'].flatMap((id) => [row(first!, id), row(second!, id)]));
    expect((await store.inboxWaiting(0, 4096, 2)).sort()).toEqual([first, second]);
    expect(await store.inboxWaiting(0, 4096, 1, [first!])).toEqual([second]);
  });

  it('adds up figures of a minute', async () => {
    const figures = {
      definition: 'd',
      minute: 60_000,
      started: 1,
      completed: 2,
      failed: 3,
      cancelled: 4,
      timedOut: 5,
      steps: 6,
      durationMs: 7,
    };
    await store.commit(batch(nextBatch++, { stats: [figures] }));
    await store.commit(batch(nextBatch++, { stats: [figures] }));
    const { rows } = await pool.query('SELECT * FROM workflow_stats');
    expect(rows).toEqual([
      {
        definition: 'd',
        minute: 60_000,
        partition: 0,
        started: 2,
        completed: 4,
        failed: 6,
        cancelled: 8,
        timed_out: 10,
        steps: 12,
        duration_ms: 14,
      },
    ]);
  });

  it('updates most heads HOT in ordinary batches', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, newInstance));
    const single = createHotPool(database.url, { poolSize: 1 });
    const updates = async (): Promise<{ updated: number; hot: number }> => {
      await single.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await single.query<{ updated: number; hot: number }>(
        `SELECT n_tup_upd AS updated, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'workflow_instances'`,
      );
      return rows[0]!;
    };
    try {
      const before = await updates();
      const writer = new PgEventStore(single);
      for (let seq = 1; seq <= 10; seq++)
        await writer.commit(batch(nextBatch++, { heads: ids.map((id) => headUpdate(id, { seq })) }));
      const after = await updates();
      expect(after.updated - before.updated).toBeGreaterThanOrEqual(500);
      // An index on a changed column would make it 0; a page that is still full from its inserts moves a row now and then.
      expect(after.hot - before.hot).toBeGreaterThan(300);
    } finally {
      await single.end();
    }
  });

  it('tells the time of the database', async () => {
    expect(Math.abs((await store.now()) - Date.now())).toBeLessThan(60_000);
  });
});
