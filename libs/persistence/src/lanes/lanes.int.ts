import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { createHotPool } from '../connections/hot-pool.js';
import { committed } from '../connections/in-transaction.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { changeLane, type LaneChange } from './change-lane.js';
import type { LaneAddress } from './lane-row.js';
import { LaneSettling } from './lane-settling.js';
import { LaneStore } from './lane-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

const claim = (partition: number, demand: number, held = 0, cap = 0) => ({ partition, held, cap, demand, tokensWanted: demand });
const leases = [0, 1, 2, 3].map((partition) => ({ partition, epoch: 2 }));

describe.each(servers)('limits of queues and tasks on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let store: LaneStore;
  let settling: LaneSettling;
  let number = 0;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url, { poolSize: 8 });
    store = new LaneStore(pool);
    settling = new LaneSettling(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const queue = () => ({ scope: 'queue' as const, name: `q${(number += 1)}` });
  const change = (lane: LaneAddress, what: LaneChange) => committed(pool, (client) => changeLane(client, lane, what));
  const granted = async (name: string) => {
    const { rows } = await pool.query<{ sum: number }>(
      'SELECT coalesce(sum(granted), 0)::int AS sum FROM workflow_slot_grants WHERE name = $1',
      [name],
    );
    return rows[0]!.sum;
  };

  it('keeps what a change does not name, and removes what is null', async () => {
    const lane = queue();
    await change(lane, {
      concurrency: 5,
      rate: { limit: 3, per: 'minute' },
      paused: true,
      reason: 'month end',
      by: 'ana',
    });
    const changed = await change(lane, { rate: null, priority: 4 });
    expect(changed).toMatchObject({ concurrency: 5, rate: null, priority: 4, paused: true, note: 'month end' });
    expect(await change(lane, { paused: false })).toMatchObject({ paused: false, note: null });
    expect((await store.list()).find(({ name }) => name === lane.name)).toMatchObject({ ...lane, concurrency: 5 });
  });

  it('loses no change when many change one lane at once, be it a new one', async () => {
    for (let round = 0; round < 20; round += 1) {
      const lane = queue();
      const changes: LaneChange[] = [
        { concurrency: 5 },
        { priority: 4 },
        { rate: { limit: 3, per: 'minute' } },
        { breakAfter: 9 },
      ];
      await Promise.all(changes.map((one) => change(lane, one)));
      expect(await change(lane, {})).toMatchObject(Object.assign({}, ...changes) as LaneChange);
    }
  });

  it('never grants more than the limit, however many owners ask at once', async () => {
    const lane = queue();
    await change(lane, { concurrency: 7 });
    const ask = (partition: number) =>
      settling
        .settle({ topology: 1, leases }, [{ ...lane, claims: [claim(partition, 5)] }])
        .then(({ lanes }) => lanes[0]!.grants[0]!);
    const all = await Promise.all([0, 1, 2, 3, 0, 1, 2, 3].map(ask));
    expect(all.every(({ cap }) => cap >= 0 && cap <= 5)).toBe(true);
    expect(await granted(lane.name)).toBeLessThanOrEqual(7);
    expect(await granted(lane.name)).toBeGreaterThan(0);
  });

  it('takes no word of an owner that was deposed, once its successor has spoken', async () => {
    const lane = queue();
    await change(lane, { concurrency: 3 });
    const settle = async (epoch: number, held: number) => {
      const owner = { topology: 1, leases: [{ partition: 0, epoch }] };
      return (await settling.settle(owner, [{ ...lane, claims: [claim(0, 3, held, held)] }])).lanes[0]!.grants;
    };
    await settle(4, 0);
    expect(await settle(5, 3)).toMatchObject([{ granted: 3, cap: 3 }]);
    expect(await settle(4, 0)).toEqual([]);
    expect(await granted(lane.name)).toBe(3);
  });

  it('writes down what a rate has handed out, and the state of a breaker', async () => {
    const lane = { scope: 'task' as const, name: `t${(number += 1)}` };
    await change(lane, { rate: { limit: 4, per: 'hour' }, breaker: 'auto', breakAfter: 2 });
    const ends = { hasSucceeded: false, failures: 2 };
    const owner = { topology: 1, leases };
    const { lanes } = await settling.settle(owner, [{ ...lane, claims: [{ ...claim(0, 9), ends }] }]);
    expect(lanes[0]).toMatchObject({ breakerBefore: { state: 'closed' }, row: { state: { state: 'open' } } });
    const [row] = (await store.list()).filter(({ name }) => name === lane.name);
    expect(row).toMatchObject({ window: { used: lanes[0]!.grants[0]!.tokens }, state: { state: 'open', failuresInRow: 2 } });
    expect(await change(lane, { breaker: 'closed' })).toMatchObject({ state: { state: 'closed', failuresInRow: 0 } });
  });

  it('knows nothing of a lane that nobody has set', async () => {
    expect((await settling.settle({ topology: 1, leases }, [{ ...queue(), claims: [claim(0, 1)] }])).lanes).toEqual([]);
  });
});
