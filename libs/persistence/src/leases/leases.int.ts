import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { createHotPool } from '../connections/hot-pool.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { JournalCollision } from '../ports.js';
import { batch, newId } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { PgIncarnationStore } from './pg-incarnation-store.js';
import { PgLeaseStore } from './pg-lease-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('leases on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let leases: PgLeaseStore;
  let events: PgEventStore;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    leases = new PgLeaseStore(pool);
    events = new PgEventStore(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query('DELETE FROM workflow_partitions');
    await pool.query('DELETE FROM workflow_batches');
    await leases.ensurePartitions(1, 4);
  });

  const expire = (partition: number) =>
    pool.query('UPDATE workflow_partitions SET expires_at = 0 WHERE partition = $1', [partition]);

  it('makes the partitions of a topology once', async () => {
    await leases.ensurePartitions(1, 4);
    expect(await leases.list(1)).toEqual(
      [0, 1, 2, 3].map((partition) => ({
        ...{ partition, owner: null, epoch: 0, expiresAt: null, ownedSince: null, renewedAt: null },
        ...{ host: null, version: null },
      })),
    );
    expect(await leases.list(2)).toEqual([]);
  });

  it('gives a free partition to exactly one of many who ask at once', async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => leases.claim(1, 0, `owner-${n}`)));
    const won = claims.filter((claim) => claim !== undefined);
    expect(won).toEqual([{ partition: 0, epoch: 1, batchNo: 1, sentThrough: 0 }]);
  });

  it('refuses a partition that another holds, until its lease has run out', async () => {
    await leases.claim(1, 0, 'a');
    expect(await leases.claim(1, 0, 'b')).toBeUndefined();
    await expire(0);
    expect(await leases.claim(1, 0, 'b')).toMatchObject({ epoch: 2, batchNo: 2 });
    expect(await leases.renew(1, 'a', [{ partition: 0, epoch: 1 }])).toEqual([]);
  });

  it('lets a standalone take a stale lease at once', async () => {
    await leases.claim(1, 0, 'former-life');
    expect(await leases.claim(1, 0, 'me', { stale: true })).toMatchObject({ epoch: 2 });
  });

  it('renews what is still held, of those asked', async () => {
    const [a, b] = [await leases.claim(1, 0, 'a'), await leases.claim(1, 1, 'a')];
    await expire(1);
    await leases.claim(1, 1, 'b');
    await expire(0);
    expect(await leases.renew(1, 'a', [a!, b!])).toEqual([0]);
    expect(await leases.claim(1, 0, 'b')).toBeUndefined();
    expect(await leases.renew(1, 'a', [{ partition: 0, epoch: 99 }])).toEqual([]);
  });

  it('gives a released partition away at once, with a new epoch', async () => {
    const lease = await leases.claim(1, 0, 'a');
    await leases.release(1, 'a', 0, lease!.epoch + 1); // an old release changes nothing
    expect(await leases.claim(1, 0, 'b')).toBeUndefined();
    await leases.release(1, 'a', 0, lease!.epoch);
    expect(await leases.claim(1, 0, 'b')).toMatchObject({ epoch: 2, batchNo: 2 });
  });

  it('makes the next commit of a deposed owner collide, and lets the new one continue', async () => {
    const old = (await leases.claim(1, 0, 'old'))!;
    await events.commit(batch(old.batchNo + 1, { epoch: old.epoch, sentThrough: old.batchNo }));
    await expire(0);
    const next = (await leases.claim(1, 0, 'new'))!;
    expect(next).toEqual({ partition: 0, epoch: 2, batchNo: 3, sentThrough: 1 });
    await expect(events.commit(batch(3, { epoch: old.epoch }))).rejects.toBeInstanceOf(JournalCollision);
    await events.commit(batch(next.batchNo + 1, { epoch: next.epoch, sentThrough: 3 }));
    await expect(events.commit(batch(4, { epoch: old.epoch }))).rejects.toBeInstanceOf(JournalCollision);
  });

  it('waits for a commit under way and continues after it: exactly one of the two has the number', async () => {
    const old = (await leases.claim(1, 0, 'old'))!;
    await expire(0);
    const inFlight = await pool.connect();
    try {
      await inFlight.query('BEGIN');
      await inFlight.query(
        `INSERT INTO workflow_batches VALUES (1, 0, ${old.batchNo + 1}, ${old.epoch}, 0, '{}', '{}', '{}', 0)`,
      );
      const claim = leases.claim(1, 0, 'new');
      await inFlight.query('COMMIT');
      expect(await claim).toMatchObject({ epoch: 2, batchNo: old.batchNo + 2 });
    } finally {
      inFlight.release();
    }
  });

  it('resolves a commit of unknown outcome by taking over from oneself', async () => {
    const lease = (await leases.claim(1, 0, 'a'))!;
    const id = newId();
    const touched = [{ instanceId: id, fromSeq: 1, toSeq: 2 }];
    await events.commit(batch(lease.batchNo + 1, { epoch: lease.epoch, touched })); // arrived, but the answer was lost
    const again = (await leases.claim(1, 0, 'a'))!;
    expect(again).toEqual({ partition: 0, epoch: 2, batchNo: 3, sentThrough: 0 });
    expect(await events.touchedAfter(0, 1, again.sentThrough)).toEqual(touched);
  });

  it('two owners that fight for one partition write one journal without a gap', async () => {
    const written: number[] = [];
    const fight = async (name: string): Promise<void> => {
      for (let round = 0; round < 15; round++) {
        const lease = await leases.claim(1, 0, name, { stale: true });
        for (let n = lease!.batchNo + 1; ; n++) {
          try {
            await events.commit(batch(n, { epoch: lease!.epoch }));
            written.push(n);
          } catch (error) {
            if (!(error instanceof JournalCollision)) throw error;
            break;
          }
          if (n > lease!.batchNo + 5) break;
        }
      }
    };
    await Promise.all([fight('a'), fight('b')]);
    const { rows } = await pool.query('SELECT batch_no, epoch FROM workflow_batches WHERE partition = 0 ORDER BY batch_no');
    expect(rows.map((row) => row.batch_no)).toEqual(rows.map((_, index) => index + 1));
    expect(new Set(written).size).toBe(written.length);
    const epochs = rows.map((row) => row.epoch as number);
    expect(epochs).toEqual([...epochs].sort((x, y) => x - y));
  });

  it('knows who is alive', async () => {
    await leases.announce({ id: 'a', host: 'h', hasBroker: true, version: '1.0.0' });
    await leases.announce({ id: 'b', host: 'h', hasBroker: true, version: '1.0.0' });
    await leases.announce({ id: 'a', host: 'h', hasBroker: false, version: '1.1.0' });
    const startedAt = expect.any(Number) as number;
    expect(await leases.alive()).toEqual([
      { id: 'a', host: 'h', hasBroker: false, version: '1.1.0', startedAt },
      { id: 'b', host: 'h', hasBroker: true, version: '1.0.0', startedAt },
    ]);
    await pool.query(`UPDATE workflow_orchestrators SET expires_at = 0 WHERE id = 'a'`);
    await leases.withdraw('b');
    expect(await leases.alive()).toEqual([]);
  });

  it('tells who owns a partition, what it runs, since when, and when it last renewed', async () => {
    await leases.announce({ id: 'a', host: 'h', hasBroker: true, version: '1.0.0' });
    const lease = (await leases.claim(1, 2, 'a', { leaseMs: 5_000 }))!;
    const owned = async () => (await leases.list(1))[2]!;
    const before = await owned();
    expect(before).toMatchObject({ owner: 'a', host: 'h', version: '1.0.0', expiresAt: before.renewedAt! + 5_000 });
    await leases.renew(1, 'a', [lease], 60_000);
    const after = await owned();
    expect(after.expiresAt).toBe(after.renewedAt! + 60_000);
    expect(after.ownedSince).toBe(before.ownedSince);
    await leases.claim(1, 2, 'a'); // from oneself
    expect((await owned()).ownedSince).toBe(before.ownedSince);
    await leases.release(1, 'a', 2, lease.epoch + 1);
    expect(await owned()).toMatchObject({ owner: null, host: null, ownedSince: null, renewedAt: null });
  });

  it('raises an incarnation once, whoever finds the queue missing', async () => {
    const incarnations = new PgIncarnationStore(pool);
    const queues = [
      { queue: 'q', task: 'b' },
      { queue: 'q', task: 'a' },
      { queue: 'q', task: 'b' },
    ];
    expect(await incarnations.current(queues)).toEqual([1, 1, 1]);
    expect(await Promise.all([1, 2, 3].map(() => incarnations.bump('q', 'a', 1)))).toEqual([2, 2, 2]);
    expect(await incarnations.bump('q', 'a', 1)).toBe(2);
    expect(await incarnations.bump('q', 'a', 2)).toBe(3);
    expect(await incarnations.bump('q', 'new', 1)).toBe(2);
    await incarnations.bumpAll();
    expect(await incarnations.current(queues)).toEqual([2, 4, 2]);
  });
});
