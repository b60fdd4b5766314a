import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { bucketOf } from '#libs/contracts';
import type { InstanceId, ParentRef } from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { InstanceDoor, type StartRow } from '../instances/instance-door.js';
import type { InboxRow } from '../ports.js';
import { batch, headUpdate, newId, startRow } from '../testing/rows.js';
import { createMigratedDatabase, serverUrl } from '../testing/test-database.js';
import { Attachments } from './attachments.js';
import { ChildDoor, type ChildRequest } from './child-door.js';

jest.setTimeout(60_000);

describe('ChildDoor', () => {
  let database: Awaited<ReturnType<typeof createMigratedDatabase>>;
  let pool: Pool;
  let store: PgEventStore;
  let door: ChildDoor;
  let attachments: Attachments;
  let nextBatch = 1;

  beforeAll(async () => {
    database = await createMigratedDatabase(serverUrl);
    pool = createHotPool(database.url);
    store = new PgEventStore(pool);
    door = new ChildDoor(pool);
    attachments = new Attachments(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const parentOf = async (changes: Partial<ParentRef> = {}): Promise<ParentRef> => {
    const [parent] = await new InstanceDoor(pool).insertStarts([startRow()]);
    const instance = parent!.id;
    return { instance, path: 'call', token: 7, depth: 1, onParentClose: 'cancel', ...changes };
  };
  /** A request whose inbox row is stored, as a parent's batch does it. */
  async function request(parent: ParentRef, changes: Partial<StartRow> = {}): Promise<ChildRequest> {
    const id = newId();
    const row = { id: 'p:7', instanceId: id, bucket: bucketOf(id), kind: 'startChild' as const, content: {} };
    await store.commit(batch(nextBatch++, { inboxSent: [row] }));
    return { row, parent, judged: { start: startRow({ id, origin: { parent }, ...changes }) } };
  }
  const answers = async ({ instance }: ParentRef): Promise<InboxRow['content'][]> =>
    (await store.load([instance as InstanceId]))[0]!.inbox.map((row) => row.content);
  const end = (id: InstanceId, output: unknown = { done: true }) =>
    store.commit(batch(nextBatch++, { heads: [headUpdate(id, { status: 'completed', output: output as never, endedAt: 9 })] }));

  const tellEnds = (...ids: InstanceId[]) => attachments.tellEnds(ids, (id, error) => expect([id, error]).toBeUndefined());

  it('starts a child and answers its parent, once, whoever else does it at the same time', async () => {
    const parent = await parentOf();
    const requests = await Promise.all(Array.from({ length: 20 }, () => request(parent)));
    const settled = await Promise.all([door.settle(requests), door.settle(requests.toReversed()), door.settle(requests)]);
    expect(settled.flatMap(({ created }) => created).sort()).toEqual(requests.map(({ row }) => row.instanceId).sort());
    const told = await answers(parent);
    expect(told).toHaveLength(20);
    expect(told).toContainEqual({
      type: 'childStarted',
      path: 'call',
      token: 7,
      id: requests[3]!.row.instanceId,
      version: '1.0.0',
    });
    expect(await store.strayInbox(requests.map(({ row }) => ({ ...row, bucket: bucketOf(row.instanceId) })))).toEqual([]);
    const [child] = await store.load([requests[0]!.row.instanceId]);
    expect(child).toMatchObject({ head: { status: 'pending', parent: parent.instance, origin: { parent } }, inbox: [] });
    expect(child!.wakeup).not.toBeNull();
  });

  it('says why a child cannot be started, and makes no instance, even if a later owner could', async () => {
    const parent = await parentOf();
    const { row, judged } = await request(parent);
    const failure = { code: 'DEFINITION_NOT_FOUND', message: 'none', retryable: false };
    expect(await door.settle([{ row, parent, judged: { failure } }])).toEqual({ created: [], answered: [parent.instance] });
    expect(await door.settle([{ row, parent, judged }])).toEqual({ created: [], answered: [] });
    expect(await answers(parent)).toEqual([{ type: 'childRefused', path: 'call', token: 7, failure }]);
    expect(await store.load([row.instanceId])).toEqual([]);
  });

  it('joins an instance that holds the key while it runs, and tells its end', async () => {
    const [owner, joining] = [await parentOf(), await parentOf({ token: 9 })];
    const [first, second] = [await request(owner, { key: 'K' }), await request(joining, { key: 'K' })];
    const id = first.row.instanceId;
    expect((await door.settle([first])).created).toEqual([id]);
    expect((await door.settle([second])).created).toEqual([]);
    const started = { type: 'childStarted', path: 'call', token: 9, id, version: '1.0.0', attached: true };
    expect(await answers(joining)).toEqual([started]);
    expect(await tellEnds(id)).toEqual([]);
    await end(id);
    expect(await attachments.untold(0, 4096, 10)).toEqual([id]);
    expect(await tellEnds(id)).toEqual([joining.instance]);
    expect(await tellEnds(id)).toEqual([]);
    expect(await attachments.untold(0, 4096, 10)).toEqual([]);
    const ended = { type: 'childEnded', path: 'call', token: 9, id, status: 'completed', output: { done: true } };
    expect(await answers(joining)).toEqual([started, ended]);
  });

  it('takes the result of an instance that holds the key and has ended, however big', async () => {
    const big = { text: 'x'.repeat(100_000) };
    const [owner, late] = [await parentOf(), await parentOf()];
    const first = await request(owner, { key: 'L' });
    await door.settle([first]);
    await end(first.row.instanceId, big);
    await door.settle([await request(late, { key: 'L' })]);
    expect(await answers(late)).toMatchObject([
      { type: 'childStarted', attached: true },
      { type: 'childEnded', status: 'completed', output: big },
    ]);
  });

  it('leaves an end that somebody has written over to be told when it is mended, and tells the others', async () => {
    const [owner, joining, late] = [await parentOf(), await parentOf(), await parentOf()];
    const [spoilt, whole] = [await request(owner, { key: 'S' }), await request(owner, { key: 'W' })];
    const ids = [spoilt, whole].map(({ row }) => row.instanceId);
    await door.settle([spoilt, whole]);
    for (const key of ['S', 'W']) await door.settle([await request(joining, { key })]);
    for (const id of ids) await end(id);
    const write = (output: string) => pool.query('UPDATE workflow_instances SET output = $2 WHERE id = $1', [ids[0], output]);
    for (const output of ['{', '{"$payload":{"ref":"nobody/x","sha256":"x","size":1}}']) {
      await write(output);
      const told: InstanceId[] = [];
      await attachments.tellEnds(ids, (id) => told.push(id));
      expect(told).toEqual([ids[0]]);
      expect((await answers(joining)).map(({ type, id }) => [type, id])).toContainEqual(['childEnded', ids[1]]);
    }
    expect((await door.settle([await request(late, { key: 'S' })])).answered).toEqual([late.instance]);
    expect(await answers(late)).toMatchObject([{ type: 'childStarted', id: ids[0] }]);
    await write('{"done":1}');
    expect((await tellEnds(ids[0]!)).sort()).toEqual([joining.instance, late.instance].sort());
    expect(await answers(late)).toMatchObject([{ type: 'childStarted' }, { type: 'childEnded', output: { done: 1 } }]);
  });

  it('finds the ends that are still to be told behind any number of those left alone', async () => {
    const [owner, joining] = [await parentOf(), await parentOf()];
    const ids: InstanceId[] = [];
    for (const key of ['A1', 'A2', 'A3']) {
      const first = await request(owner, { key });
      await door.settle([first]);
      await door.settle([await request(joining, { key })]);
      await end(first.row.instanceId);
      ids.push(first.row.instanceId);
    }
    const leftAlone: InstanceId[] = [];
    for (let round = 0; round < ids.length; round += 1) leftAlone.push(...(await attachments.untold(0, 4096, 1, leftAlone)));
    expect(leftAlone.sort()).toEqual(ids.sort());
    expect(await attachments.untold(0, 4096, 1, leftAlone)).toEqual([]);
    await tellEnds(...ids);
  });

  it('never waits for the end of an instance that has just ended: joining and ending take turns', async () => {
    for (let n = 0; n < 40; n += 1) {
      const key = `race-${n}`;
      const [owner, joining] = [await parentOf(), await parentOf()];
      const [first, second] = [await request(owner, { key }), await request(joining, { key })];
      await door.settle([first]);
      const id = first.row.instanceId;
      await Promise.all([end(id).then(() => tellEnds(id)), door.settle([second])]);
      const told = (await answers(joining)).map((content) => content['type']);
      expect(told).toEqual(['childStarted', 'childEnded']);
    }
  });

  it('does not make a detached step wait', async () => {
    const [owner, detached] = [await parentOf(), await parentOf({ detached: true })];
    await door.settle([await request(owner, { key: 'M' })]);
    await door.settle([await request(detached, { key: 'M' })]);
    expect(await answers(detached)).toMatchObject([{ type: 'childStarted', attached: true }]);
    expect((await pool.query('SELECT * FROM workflow_attachments WHERE parent_id = $1', [detached.instance])).rows).toEqual([]);
  });
});
