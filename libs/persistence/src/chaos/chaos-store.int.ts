import { jest } from '@jest/globals';
import type { ChaosFaultItem } from '#libs/contracts';
import { newId } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { ChaosStore } from './chaos-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('chaos on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  beforeAll(async () => {
    database = await server.migrated();
  });
  afterAll(() => database.drop());

  it('a fault is kept once, with every step and partition it hit', async () => {
    const store = new ChaosStore(database.dataSource);
    const { run } = await started(store);
    const paths = ['a', 'b["1"].c', 'say "x"', 'c:\\d'];
    const steps = paths.map((path) => ({ instanceId: newId(), path }));
    const hit: ChaosFaultItem = { ...nothingHit, steps, partitions: [{ partition: 3, epoch: 2, batchNo: 17 }] };
    const items = [hit, { ...nothingHit, no: 2 }];
    await store.record(run, 'worker-1', items);
    await store.record(run, 'worker-1', items);

    const rows = await database.dataSource.query(
      'SELECT no, instances, paths, partitions, batch_nos FROM workflow_chaos_faults ORDER BY no',
    );
    expect(rows).toEqual([
      { no: 1, instances: steps.map(({ instanceId }) => instanceId), paths, partitions: [3], batch_nos: ['17'] },
      { no: 2, instances: [], paths: [], partitions: [], batch_nos: [] },
    ]);
  });

  it.each(['{', '[]', '{"faults":7}'])('a run whose plan was written over does nothing, and ends: %s', async (plan) => {
    const store = new ChaosStore(database.dataSource);
    await store.start({ plan: { ...nothing, faults: { dropMessage: { rate: 1 } } }, durationMs: 60_000, reason: 'a test' });
    await database.dataSource.query('UPDATE workflow_chaos_runs SET plan = $1', [plan]);
    expect((await store.current()).run).toMatchObject({
      plan: { faults: {} },
      reason: expect.stringContaining('cannot be read'),
    });
    expect(await store.stop()).toBe(true);
    await started(store);
    expect((await store.current()).run).toMatchObject({ plan: nothing, reason: null });
  });

  const nothing = { profile: null, faults: {}, scope: {}, seed: 1, mayFailInstances: false };
  const nothingHit: ChaosFaultItem = {
    no: 1,
    kind: 'dropMessage',
    at: Date.now() + 60_000,
    target: 'q',
    count: 1,
    ms: 0,
    steps: [],
    partitions: [],
  };

  async function started(store: ChaosStore): Promise<{ run: string }> {
    await store.start({ plan: nothing, durationMs: 60_000 });
    const { run } = await store.current();
    return { run: run!.id };
  }
});
