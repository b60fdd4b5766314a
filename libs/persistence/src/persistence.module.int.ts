import { jest } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { DefinitionStore } from './definitions/definition-store.js';
import { IdempotencyStore } from './idempotency/idempotency-store.js';
import { IncidentStore } from './incidents/incident-store.js';
import { OperatorLog } from './incidents/operator-log.js';
import { InstanceDoor } from './instances/instance-door.js';
import { InstanceQueries } from './instances/instance-queries.js';
import { EVENT_STORE, INCARNATION_STORE, LEASE_STORE, PersistenceModule } from './persistence.module.js';
import type { EventStore } from './ports.js';
import { Maintenance } from './schema/maintenance.js';
import { StatsQueries } from './stats/stats-queries.js';
import { servers, type TestServer } from './testing/test-servers.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('PersistenceModule on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let app: TestingModule;
  const broken: Error[] = [];

  beforeAll(async () => {
    database = await server.migrated();
    const options = {
      url: database.url,
      applicationName: 'module-test',
      onConnectionError: (error: Error) => broken.push(error),
    };
    app = await Test.createTestingModule({ imports: [PersistenceModule.forRoot(options)] }).compile();
    await app.init();
  });
  afterAll(() => database.drop());

  it('provides every port and store', () => {
    for (const token of [EVENT_STORE, LEASE_STORE, INCARNATION_STORE, InstanceDoor, InstanceQueries, DefinitionStore])
      expect(app.get(token)).toBeDefined();
    for (const token of [StatsQueries, IncidentStore, OperatorLog, IdempotencyStore, Maintenance, DataSource])
      expect(app.get(token)).toBeDefined();
  });

  it('goes on after the server has broken all its connections', async () => {
    const store = app.get<EventStore>(EVENT_STORE);
    const definitions = app.get(DefinitionStore);
    await Promise.all([store.now(), definitions.list({ limit: 1 })]);
    await database.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'module-test%'`,
    );
    // An idle connection may break under the very next statement; the one after that has a fresh connection.
    await Promise.allSettled([store.now(), definitions.list({ limit: 1 })]);
    expect(await store.now()).toBeGreaterThan(0);
    expect(await definitions.list({ limit: 1 })).toEqual([]);
  });

  it('ends all its connections on shutdown', async () => {
    await app.close();
    const open = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'module-test%'`;
    let left = 1;
    // A backend notices the closed connection a moment later.
    for (let tries = 0; tries < 200 && left > 0; tries++) left = (await database.dataSource.query(open))[0].n as number;
    expect(left).toBe(0);
  });
});
