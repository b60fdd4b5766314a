import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { AuditEvent, InstanceId } from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { InstanceDoor } from '../instances/instance-door.js';
import { batch, newId, started, startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { FeedGone, type FeedPosition, readPosition, writePosition } from './feed-position.js';
import { FeedQueries, type FeedReading } from './feed-queries.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('FeedQueries on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let store: PgEventStore;
  let feed: FeedQueries;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    store = new PgEventStore(pool);
    feed = new FeedQueries(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() => database.dataSource.query('TRUNCATE workflow_batches, workflow_events, workflow_instances'));

  /** Starts an instance each; writes a batch in which each has begun (seq 1) and done a step (seq 2). */
  async function begin(batchNo: number, count: number): Promise<InstanceId[]> {
    const ids = Array.from({ length: count }, newId);
    await new InstanceDoor(pool).insertStarts(ids.map((id) => startRow({ id, key: `key-${id}` })));
    await commit(batchNo, ids, (id) => [
      { instanceId: id, event: started(1) },
      { instanceId: id, event: started(2, { type: 'stepCompleted', path: 'a', data: { output: null } } as Partial<AuditEvent>) },
    ]);
    return ids;
  }

  const complete = (batchNo: number, ids: readonly InstanceId[]) =>
    commit(batchNo, ids, (id) => [
      { instanceId: id, event: started(3, { type: 'instanceCompleted', data: { output: null } } as Partial<AuditEvent>) },
    ]);

  async function commit(
    batchNo: number,
    ids: readonly InstanceId[],
    eventsOf: (id: InstanceId) => { instanceId: InstanceId; event: AuditEvent }[],
  ): Promise<void> {
    const events = ids.map(eventsOf);
    const touched = events.map((own) => ({
      instanceId: own[0]!.instanceId,
      fromSeq: own[0]!.event.seq,
      toSeq: own.at(-1)!.event.seq,
    }));
    await store.commit(batch(batchNo, { touched, events: events.flat() }));
  }

  const whole: FeedReading = { partition: 0, limit: 1_000 };
  async function follow(from: FeedPosition, reading: FeedReading = whole): Promise<{ seen: string[]; next: FeedPosition }> {
    const seen: string[] = [];
    for (let at = from; ;) {
      const page = await feed.read(at, reading);
      seen.push(...page.rows.map(({ instance, seq, type }) => `${instance}/${seq} ${type}`));
      at = page.next;
      if (page.isEnd) return { seen, next: at };
    }
  }

  it('tells what was committed, in that order, each once, whatever the size of a page', async () => {
    const first = await begin(1, 3);
    const second = await begin(2, 2);
    await store.commit(batch(3)); // an empty one
    await complete(4, [second[1]!, first[0]!]);
    const expected = [
      ...[...first, ...second].map((id) => `${id}/1 instanceStarted`),
      ...[second[1]!, first[0]!].map((id) => `${id}/3 instanceCompleted`),
    ];
    const start = await feed.start(1, 0);
    for (const limit of [1, 2, 3, 1_000]) expect((await follow(start, { partition: 0, limit })).seen).toEqual(expected);
  });

  it('goes on where it was, and says nothing while nothing happens', async () => {
    const [id] = await begin(1, 1);
    const { next } = await follow(await feed.start(1, 0));
    expect(await feed.read(next, whole)).toEqual({ rows: [], next, isEnd: true });
    await complete(2, [id!]);
    expect((await follow(next)).seen).toEqual([`${id}/3 instanceCompleted`]);
  });

  it('says what an event is about', async () => {
    const [id] = await begin(1, 1);
    const { rows } = await feed.read(await feed.start(1, 0), whole);
    expect(rows).toEqual([
      {
        position: { topology: 1, batchNo: 1, place: 1, seq: 1 },
        instance: id,
        seq: 1,
        type: 'instanceStarted',
        path: null,
        at: 1_001,
        definition: 'order.process',
        version: '1.0.0',
        key: `key-${id}`,
      },
    ]);
  });

  it('tells every audit event to who asks for all', async () => {
    const [id] = await begin(1, 1);
    const { seen } = await follow(await feed.start(1, 0), { ...whole, isAll: true });
    expect(seen).toEqual([`${id}/1 instanceStarted`, `${id}/2 stepCompleted`]);
  });

  it('knows nothing of other partitions', async () => {
    await begin(1, 1);
    expect((await follow(await feed.start(1, 5), { partition: 5, limit: 10 })).seen).toEqual([]);
  });

  it('is gone where the journal was swept, and ahead of all that ever was', async () => {
    for (const n of [1, 2, 3]) await begin(n, 1);
    const start = await feed.start(1, 0);
    await database.dataSource.query('DELETE FROM workflow_batches WHERE batch_no < 3');
    await expect(feed.read(start, whole)).rejects.toBeInstanceOf(FeedGone);
    expect((await follow(await feed.start(1, 0))).seen).toHaveLength(1);
    expect(await feed.read({ topology: 1, batchNo: 4, place: 0, seq: 0 }, whole)).toMatchObject({ isEnd: true });
    await expect(feed.read({ topology: 1, batchNo: 5, place: 0, seq: 0 }, whole)).rejects.toBeInstanceOf(FeedGone);
  });

  it('moves on through thousands of batches that tell nothing', async () => {
    await database.dataSource.query(
      `INSERT INTO workflow_batches SELECT 1, 0, n, 1, 0, '{}', '{}', '{}', 0 FROM generate_series(1, 1200) n`,
    );
    const [id] = await begin(1_201, 1);
    expect((await follow({ topology: 1, batchNo: 1, place: 0, seq: 0 })).seen).toEqual([`${id}/1 instanceStarted`]);
  });
});

describe('cursors of the feed', () => {
  it('come back as they were, and nothing else is one', () => {
    const position = { topology: 2, batchNo: 123_456_789_012, place: 7, seq: 42 };
    expect(readPosition(writePosition(position))).toEqual(position);
    for (const other of ['', '1.2.3', '1.2.3.4.5', 'a.b.c.d', '1.2.3.-4', '1.2.3.4\n'])
      expect(readPosition(other)).toBeUndefined();
  });
});
