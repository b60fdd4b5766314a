import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { InstanceId } from '#libs/engine';
import { InvalidCursor } from '../connections/cursor.js';
import { createHotPool } from '../connections/hot-pool.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { StatsQueries } from '../stats/stats-queries.js';
import { batch, headUpdate, newId, startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { InstanceDoor, type StartRow } from './instance-door.js';
import type { InstanceFilter } from './instance-filter.js';
import { InstanceQueries } from './instance-queries.js';
import { InstanceRecords } from './instance-records.js';
import { lowestIdAt } from './uuid-bounds.js';

jest.setTimeout(60_000); // the first start of an embedded server

/** An id of a moment, with a tail that tells it from others. */
const idAt = (ms: number, tail: number): InstanceId =>
  `${lowestIdAt(ms).slice(0, 14)}7000-8000-${tail.toString(16).padStart(12, '0')}` as InstanceId;

describe.each(servers)('InstanceQueries on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let queries: InstanceQueries;
  const parent = newId();
  const now = Date.now();
  const ids = Array.from({ length: 7 }, (_, n) => idAt(now + n * 1_000, n));
  const changes: Partial<StartRow>[] = [
    { key: 'k0', tags: { region: 'eu', level: 1 } },
    { tags: { region: 'us' } },
    { definition: 'other' },
    { version: '2.0.0', origin: { parent: { instance: parent, path: 'p', token: 2, depth: 1, onParentClose: 'cancel' } } },
    {},
    {},
    { tags: { region: 'eu', level: 2 } },
  ];

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    queries = new InstanceQueries(database.dataSource);
    await new InstanceDoor(pool).insertStarts(ids.map((id, n) => startRow({ id, ...changes[n] })));
    await new PgEventStore(pool).commit(
      batch(1, {
        heads: [
          headUpdate(ids[4]!),
          headUpdate(ids[5]!, { status: 'failed', endedAt: 9, error: { code: 'BOOM', message: 'm' } }),
        ],
        wakeups: [{ instanceId: ids[5]!, bucket: 0, dueAt: null, work: 'none', remove: true }],
        stats: [
          {
            definition: 'order.process',
            minute: 60_000,
            started: 2,
            completed: 1,
            failed: 1,
            cancelled: 0,
            timedOut: 0,
            steps: 5,
            durationMs: 90,
          },
          {
            definition: 'other',
            minute: 120_000,
            started: 3,
            completed: 0,
            failed: 0,
            cancelled: 0,
            timedOut: 0,
            steps: 1,
            durationMs: 0,
          },
        ],
      }),
    );
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const places = async (filter: InstanceFilter): Promise<number[]> =>
    (await queries.list(filter, { limit: 50, order: 'oldest' })).items.map((item) => ids.indexOf(item.id));

  it('filters by every fact', async () => {
    const expected: [InstanceFilter, number[]][] = [
      [{}, [0, 1, 2, 3, 4, 5, 6]],
      [{ definition: 'other' }, [2]],
      [{ definition: ['other'] }, [2]],
      [{ definition: ['other', 'order.process'] }, [0, 1, 2, 3, 4, 5, 6]],
      [{ definition: ['other', 'nowhere'], version: '1.0.0' }, [2]],
      [{ version: '2.0.0' }, [3]],
      [{ key: 'k0' }, [0]],
      [{ statuses: ['failed'] }, [5]],
      [{ statuses: ['running'] }, [4]],
      [{ statuses: ['failed', 'running'] }, [4, 5]],
      [{ statuses: ['pending', 'running'] }, [0, 1, 2, 3, 4, 6]],
      [{ statuses: [] }, []],
      [{ tags: { region: 'eu' } }, [0, 6]],
      [{ tags: { region: 'eu', level: 2 } }, [6]],
      [{ tags: { level: '2' } }, []],
      [{ parent: 'none' }, [0, 1, 2, 4, 5, 6]],
      [{ parent }, [3]],
      [{ parent: 'not-a-uuid' }, []],
      [{ idPrefix: ids[3]! }, [3]],
      [{ idPrefix: ids[0]!.slice(0, 3) }, [0, 1, 2, 3, 4, 5, 6]],
      [{ idPrefix: "'; DROP" }, []],
      [{ from: now + 2_000, to: now + 4_000 }, [2, 3]],
      [{ tenant: 'another' }, []],
    ];
    for (const [filter, wanted] of expected) expect([filter, await places(filter)]).toEqual([filter, wanted]);
    for (const [filter, wanted] of expected)
      expect([filter, await queries.count(filter)]).toEqual([filter, { count: wanted.length, isCapped: false }]);
  });

  it('pages newest first without a gap or a repeat', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await queries.list({}, { limit: 3, cursor });
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([...ids].reverse());
  });

  it('refuses a cursor that is not its own', async () => {
    for (const cursor of [
      '',
      'x',
      Buffer.from('oldest 1').toString('base64url'),
      Buffer.from('newest not-a-uuid').toString('base64url'),
    ])
      await expect(queries.list({}, { limit: 3, cursor })).rejects.toBeInstanceOf(InvalidCursor);
  });

  it('shows lists without payloads and one instance with them', async () => {
    const [item] = await queries.byIds([ids[5]!, newId()]);
    expect(item).toMatchObject({ id: ids[5], status: 'failed', error: { code: 'BOOM' }, endedAt: 9, stepsTotal: 3 });
    expect(item).not.toHaveProperty('input');
    expect(await queries.get(ids[0]!)).toMatchObject({
      id: ids[0],
      input: { id: 1 },
      output: null,
      tags: { region: 'eu', level: 1 },
    });
    expect(await queries.get(newId())).toBeUndefined();
  });

  it('counts what is open, and sums figures', async () => {
    const stats = new StatsQueries(database.dataSource);
    expect(await stats.open()).toEqual({ count: 6, isCapped: false });
    expect(await stats.openByDefinition()).toEqual([
      { definition: 'order.process', status: 'pending', count: 4 },
      { definition: 'order.process', status: 'running', count: 1 },
      { definition: 'other', status: 'pending', count: 1 },
    ]);
    expect(await stats.totals({ from: 0, to: 200_000 })).toMatchObject({
      started: 5,
      completed: 1,
      failed: 1,
      steps: 6,
      durationMs: 90,
    });
    expect(await stats.totals({ from: 0, to: 1 })).toMatchObject({ started: 0, durationMs: 0 });
    expect(await stats.totals({ from: 0, to: 200_000, definition: 'other' })).toMatchObject({ started: 3 });
    expect(await stats.series({ from: 0, to: 200_000 })).toMatchObject([
      { minute: 60_000, started: 2 },
      { minute: 120_000, started: 3 },
    ]);
    expect(await stats.series({ from: 0, to: 200_000 }, 3_600_000)).toMatchObject([{ minute: 0, started: 5 }]);
    expect(await stats.byDefinition({ from: 0, to: 200_000 })).toMatchObject([
      { definition: 'order.process' },
      { definition: 'other' },
    ]);
  });

  it('names the instances that were restarted from one', async () => {
    const [first, second] = [ids[0]!, startRow().id];
    const restart = { restartOf: { instance: first, outputs: { a: 1 } } };
    await new InstanceDoor(pool).insertStarts([startRow({ id: second, origin: restart })]);
    const records = new InstanceRecords(pool);
    expect(await records.read(first, 0, 1)).toMatchObject({ restartedAs: [second] });
    expect(await records.read(second, 0, 1)).toMatchObject({ restartedAs: [] });
    const spoil = (origin: string) => pool.query('UPDATE workflow_instances SET origin = $2 WHERE id = $1', [second, origin]);
    for (const origin of ['{', 'null', '{"restartOf":7}', '{"restartOf":{"instance":{}}}']) {
      await spoil(origin);
      expect(await records.read(first, 0, 1)).toMatchObject({ restartedAs: [] });
    }
    await pool.query(`UPDATE workflow_instances SET tags = 'null' WHERE id = $1`, [second]);
    expect(await queries.byIds([second])).toMatchObject([{ id: second, tags: {} }]);
    await expect(spoil('{"restartOf":')).rejects.toThrow('invalid input syntax for type json'); // the index reads it
  });
});
