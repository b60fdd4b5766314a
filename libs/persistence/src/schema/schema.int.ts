import { jest } from '@jest/globals';
import { createDataSource } from '../connections/create-data-source.js';
import { createTestDatabase } from '../testing/test-database.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { migrations } from './migrations/index.js';
import { ensureEventPartitions, migrate, revert } from './migrate.js';

const tablesOf = `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'workflow_migrations'`;

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('schema on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;

  beforeAll(async () => {
    database = await server.migrated();
  });
  afterAll(() => database.drop());

  it('is exactly what the entities say', async () => {
    const difference = await database.dataSource.driver.createSchemaBuilder().log();
    expect(difference.upQueries.map((query) => query.query)).toEqual([]);
  });

  it('keeps every month of audit events in a partition of its own, and takes any other id too', async () => {
    const { dataSource } = database;
    expect(await ensureEventPartitions(dataSource, 3)).toBe(0);
    const insert = `INSERT INTO workflow_events (instance_id, seq, generation, type, data, occurred_at) VALUES ($1, 1, 1, 'instanceStarted', '{}', 0) RETURNING tableoid::regclass::text AS place`;
    const nowHex = Date.now().toString(16).padStart(12, '0');
    const thisMonth = `workflow_events_${new Date().toISOString().slice(0, 7).replace('-', '_')}`;
    const recent = await dataSource.query(insert, [`${nowHex.slice(0, 8)}-${nowHex.slice(8)}-7000-8000-000000000000`]);
    expect(recent).toEqual([{ place: thisMonth }]);
    const odd = await dataSource.query(insert, ['ffffffff-ffff-4fff-8fff-ffffffffffff']);
    expect(odd).toEqual([{ place: 'workflow_events_default' }]);
  });

  it('moves the rows of a new month out of the default partition', async () => {
    const { dataSource } = database;
    const month = new Date();
    month.setUTCMonth(month.getUTCMonth() + 5, 15);
    const hex = month.getTime().toString(16).padStart(12, '0');
    const id = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000001`;
    await dataSource.query(
      `INSERT INTO workflow_events (instance_id, seq, generation, type, data, occurred_at) VALUES ($1, 1, 1, 'x', '{}', 0)`,
      [id],
    );
    expect(await ensureEventPartitions(dataSource, 6)).toBe(3);
    const place = await dataSource.query('SELECT tableoid::regclass::text AS place FROM workflow_events WHERE instance_id = $1', [
      id,
    ]);
    expect(place).toEqual([{ place: `workflow_events_${month.toISOString().slice(0, 7).replace('-', '_')}` }]);
  });

  it('can be migrated by several processes at once, and reverted', async () => {
    const empty = await createTestDatabase(database.url);
    const processes = [createDataSource(empty.url), createDataSource(empty.url), createDataSource(empty.url)];
    try {
      await Promise.all(processes.map((dataSource) => dataSource.initialize()));
      const ran = await Promise.all(processes.map(migrate));
      expect(ran.flat()).toHaveLength(migrations.length);
      for (const _ of migrations) await revert(processes[0]!);
      expect(await processes[0]!.query(tablesOf)).toEqual([{ n: 0 }]);
      expect(await migrate(processes[0]!)).toHaveLength(migrations.length);
    } finally {
      await Promise.all(processes.map((dataSource) => dataSource.destroy()));
      await empty.drop();
    }
  });
});
