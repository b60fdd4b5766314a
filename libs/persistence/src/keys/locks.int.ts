import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { InstanceId } from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { batch, newId } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import type { EndedLockRequest, NewLockRequest, UsedPermit } from './key-rows.js';
import { type LockPlace, LockStore } from './lock-store.js';

jest.setTimeout(60_000); // the first start of an embedded server

const tenant = 'main';
const request = (key: string, changes: Partial<NewLockRequest> = {}): NewLockRequest => ({
  instanceId: newId(),
  path: 'guard',
  token: 3,
  tenant,
  key,
  limit: 1,
  ...changes,
});

describe.each(servers)('LockStore on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let events: PgEventStore;
  let locks: LockStore;
  const batchNos = new Map<number, number>();

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url, { poolSize: 8 });
    events = new PgEventStore(pool);
    locks = new LockStore(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  /** As the owner of a partition does it: its batches come one after the other. */
  const commit = (
    changes: { lockRequests?: NewLockRequest[]; lockReleases?: EndedLockRequest[]; permitsUsed?: UsedPermit[] },
    partition = 0,
  ) => {
    const batchNo = (batchNos.get(partition) ?? 0) + 1;
    batchNos.set(partition, batchNo);
    return events.commit(batch(batchNo, { partition, ...changes }));
  };
  const ids = (requests: readonly NewLockRequest[]): InstanceId[] => requests.map(({ instanceId }) => instanceId);
  const holders = async (key: string) => (await locks.holders({ tenant, key })).map((holder) => holder.instanceId);
  const granted = async (key: string) => (await locks.grant({ tenant, key })).told;
  const due = async () => (await locks.awaited(0, 4096, 100)).due;
  const inboxOf = async (id: InstanceId): Promise<{ id: string; content: string }[]> =>
    (await pool.query('SELECT id, content FROM workflow_inbox WHERE instance_id = $1', [id])).rows;

  it('grants a key in the order of request, one after the other, with a growing fence', async () => {
    const key = 'order';
    const all = [request(key), request(key), request(key)];
    for (const one of all) await commit({ lockRequests: [one] });
    expect(await granted(key)).toEqual(ids(all.slice(0, 1)));
    expect(await granted(key)).toEqual([]);
    const fences: number[] = [];
    for (const [place, one] of all.entries()) {
      const [holder] = await locks.holders({ tenant, key });
      expect(holder).toMatchObject({ instanceId: one.instanceId, path: 'guard' });
      fences.push(holder!.fence);
      const content = `{"fence":${holder!.fence},"path":"guard","token":3,"type":"lockGranted"}`;
      expect(await inboxOf(one.instanceId)).toEqual([{ id: 'lock/3', content }]);
      await commit({ lockReleases: [one] });
      expect(await granted(key)).toEqual(ids(all.slice(place + 1, place + 2)));
    }
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    expect(new Set(fences).size).toBe(3);
  });

  it('looks at the limit of the request, and lets nobody overtake', async () => {
    const key = 'limits';
    const [a, b, c, d] = [request(key, { limit: 2 }), request(key, { limit: 2 }), request(key), request(key, { limit: 3 })];
    await commit({ lockRequests: [a, b, c, d] });
    expect(await granted(key)).toEqual(ids([a, b]));
    await commit({ lockReleases: [a] });
    expect(await granted(key)).toEqual([]);
    await commit({ lockReleases: [b] });
    expect(await granted(key)).toEqual(ids([c]));
  });

  it('forgets a request that is withdrawn, granted or not', async () => {
    const key = 'withdrawn';
    const [a, b, c] = [request(key), request(key), request(key)];
    await commit({ lockRequests: [a, b, c] });
    await commit({ lockReleases: [b] });
    await locks.grant({ tenant, key });
    await commit({ lockReleases: [a] }); // its grant lies in its inbox, unread
    expect(await granted(key)).toEqual(ids([c]));
  });

  it('is found by the sweep when whoever should have granted it died', async () => {
    const key = 'swept';
    const [a, b] = [request(key), request(key)];
    await commit({ lockRequests: [a, b] });
    expect(await due()).toContainEqual({ tenant, key });
    await locks.grant({ tenant, key });
    expect(await due()).not.toContainEqual({ tenant, key });
    await commit({ lockReleases: [a] });
    expect(await due()).toContainEqual({ tenant, key });
  });

  it('does not wait for a batch that is just withdrawing a request, nor takes a slot as free that is not yet', async () => {
    const key = 'half';
    const [a, b, c] = [request(key), request(key), request(key)];
    await commit({ lockRequests: [a, b, c] });
    await locks.grant({ tenant, key });
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('DELETE FROM workflow_lock_requests WHERE instance_id = ANY ($1)', [ids([a, b])]);
    expect(await granted(key)).toEqual([]);
    await client.query('COMMIT');
    client.release();
    expect(await granted(key)).toEqual(ids([c]));
  });

  it.each([1, 3])('never has more than %i holders, and forgets nobody, whoever grants and however often', async (limit) => {
    const key = `race-${limit}`;
    const all = Array.from({ length: 50 }, () => request(key, { limit }));
    const seen = new Set<InstanceId>();
    let most = 0;
    const work = async (mine: NewLockRequest[], partition: number): Promise<void> => {
      const open = new Set(mine);
      for (const one of mine) await commit({ lockRequests: [one] }, partition);
      while (open.size > 0) {
        await Promise.all([locks.grant({ tenant, key }), locks.grant({ tenant, key })]); // two owners who both believe it is theirs
        const now = await holders(key);
        most = Math.max(most, now.length);
        const ended = [...open].filter(({ instanceId }) => now.includes(instanceId));
        for (const one of ended) {
          expect(seen.has(one.instanceId)).toBe(false);
          seen.add(one.instanceId);
          open.delete(one);
        }
        await commit({ lockReleases: ended }, partition);
      }
    };
    await Promise.all([1, 2, 3].map((n) => work(all.filter((_, place) => place % 3 === n - 1), n + 10 * limit))); // prettier-ignore
    expect(seen.size).toBe(50);
    expect(most).toBe(limit);
    expect(await pool.query('SELECT 1 FROM workflow_lock_requests WHERE key = $1', [key])).toMatchObject({ rowCount: 0 });
    for (const { instanceId } of all) expect(await inboxOf(instanceId)).toHaveLength(1);
  });

  describe('of a limit', () => {
    const limited = (key: string, changes: Partial<NewLockRequest> = {}) => request(key, { path: '', ...changes });
    const told = async (id: InstanceId): Promise<object[]> =>
      (await inboxOf(id)).map(({ content }) => JSON.parse(content) as object);

    it('takes those of a higher priority first, and of one priority in order of arrival', async () => {
      const key = '~concurrency/priorities/';
      const [low, high, alike] = [limited(key), limited(key, { priority: 5 }), limited(key)];
      for (const one of [low, alike, high]) await commit({ lockRequests: [one] });
      const order: InstanceId[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const [next] = await granted(key);
        order.push(next!);
        await commit({ lockReleases: [[low, high, alike].find(({ instanceId }) => instanceId === next)!] });
      }
      expect(order).toEqual(ids([high, low, alike]));
      expect(await told(high.instanceId)).toEqual([{ type: 'limitGranted', token: 3, fence: expect.any(Number) as number }]);
    });

    it('refuses those who do not want to wait, and keeps nothing of them', async () => {
      const key = '~concurrency/impatient/';
      const all = Array.from({ length: 250 }, () => limited(key, { limit: 2, onLimit: 'reject' }));
      await commit({ lockRequests: all });
      expect(await granted(key)).toHaveLength(250);
      expect(await holders(key)).toEqual(ids(all.slice(0, 2)));
      expect(await told(all[2]!.instanceId)).toEqual([{ type: 'limitRefused', token: 3 }]);
      expect(await told(all[249]!.instanceId)).toEqual([{ type: 'limitRefused', token: 3 }]);
      expect(await pool.query('SELECT FROM workflow_lock_requests WHERE key = $1', [key])).toMatchObject({ rowCount: 2 });
    });

    it('tells the oldest to go for the newest, once, and lets it in when they have gone', async () => {
      const key = '~concurrency/newest/';
      const all = Array.from({ length: 4 }, () => limited(key, { limit: 2, onLimit: 'cancelOldest' }));
      const [a, b, c, d] = all as [NewLockRequest, NewLockRequest, NewLockRequest, NewLockRequest];
      await commit({ lockRequests: [a, b] });
      expect(await granted(key)).toEqual(ids([a, b]));
      await commit({ lockRequests: [c] });
      expect(await granted(key)).toEqual(ids([a]));
      expect(await due()).not.toContainEqual({ tenant, key });
      expect(await told(a.instanceId)).toContainEqual({ type: 'cancel', reason: `displaced by ${c.instanceId}` });
      await commit({ lockRequests: [d] });
      expect(await due()).toContainEqual({ tenant, key });
      expect(await granted(key)).toEqual(ids([b]));
      expect(await granted(key)).toEqual([]);
      await commit({ lockReleases: [a] });
      expect(await granted(key)).toEqual(ids([c]));
      await commit({ lockReleases: [b] });
      expect(await granted(key)).toEqual(ids([d]));
    });

    it('gives a permit out again when its window has passed since it was used, and says when that is', async () => {
      const key = '~rate/permits/';
      const [a, b] = [limited(key), limited(key)];
      await commit({ lockRequests: [a, b] });
      expect(await locks.grant({ tenant, key })).toEqual({ told: ids([a]) }); // who has not used it yet has it for ever
      await commit({ permitsUsed: [{ ...a, windowMs: 60_000 }] });
      const { told: none, nextFreeAt } = await locks.grant({ tenant, key });
      expect(none).toEqual([]);
      expect(Math.abs(nextFreeAt! - Date.now() - 60_000)).toBeLessThan(10_000);
      expect(await due()).not.toContainEqual({ tenant, key });
      await pool.query('UPDATE workflow_lock_requests SET free_at = free_at - 60000 WHERE key = $1', [key]);
      expect(await due()).toContainEqual({ tenant, key });
      expect(await granted(key)).toEqual(ids([b]));
      await locks.forgetPermits(0, 4096, 10);
      expect(await holders(key)).toEqual(ids([b]));
    });

    it('walks from key to key, however many wait for one of them', async () => {
      const key = '~concurrency/crowd/';
      const crowd = Array.from({ length: 2_000 }, () => limited(key));
      await commit({ lockRequests: crowd });
      await granted(key);
      const keys = ['x', 'y', 'z'].map((name) => `~concurrency/${name}/`);
      await commit({ lockRequests: keys.map((one) => limited(one)) });
      const found: string[] = [];
      let place: LockPlace | undefined;
      do {
        const walked = await locks.awaited(0, 4096, 2, place);
        found.push(...walked.due.map((one) => one.key));
        place = walked.next;
      } while (place !== undefined);
      expect(found.filter((one) => one === key || keys.includes(one)).sort()).toEqual(keys);
    });
  });
});
