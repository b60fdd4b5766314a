import { servers } from '../testing/test-servers.js';
import { newId } from '../testing/rows.js';
import { BulkStore, type NewBulkJob } from './bulk-store.js';

let database: Awaited<ReturnType<(typeof servers)[0]['migrated']>>;
let store: BulkStore;
beforeAll(async () => {
  database = await servers[0]!.migrated();
  store = new BulkStore(database.dataSource);
}, 60_000);
afterAll(() => database.drop());

const newJob = (facts: Partial<NewBulkJob> = {}): NewBulkJob => ({
  id: newId(),
  tenant: 'main',
  action: 'cancel',
  message: { type: 'cancel', reason: 'test' },
  filter: { definition: 'order' },
  ids: null,
  perSecond: 100,
  total: { count: 3, isCapped: false },
  ...facts,
});
const expireLeases = () => database.dataSource.query('UPDATE workflow_bulk_jobs SET lease_until = 1');

describe('BulkStore', () => {
  it('keeps a job as it was asked for, once', async () => {
    const ids = [newId(), newId()].sort();
    const job = newJob({ filter: null, ids });
    await store.insert(job);
    await store.insert(job);
    expect(await store.get(job.id)).toMatchObject({
      ...job,
      status: 'running',
      position: null,
      done: 0,
      failed: 0,
      endedAt: null,
    });
    expect(await store.claim('a')).toMatchObject({ id: job.id, ids });
    await store.end('a', job.id, 'completed');
  });

  it('gives a job to one gateway, and to another when that one is silent', async () => {
    const job = newJob();
    await store.insert(job);
    const claims = await Promise.all(['a', 'b', 'c'].map((owner) => store.claim(owner)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await store.claim('d')).toBeUndefined();
    await expireLeases();
    expect(await store.claim('d')).toMatchObject({ id: job.id });
    await store.end('d', job.id, 'completed');
  });

  it('lets those that tell a whole definition come one after the other, and stops what is no longer so', async () => {
    const told = (definition: string, type: 'pause' | 'resume') =>
      newJob({ action: type, message: { type, withDefinition: true }, filter: { definition, status: ['running'] } });
    const [pause, resume, other, ordinary] = [told('d', 'pause'), told('d', 'resume'), told('other', 'pause'), newJob({ filter: { definition: 'd' } })]; // prettier-ignore
    for (const job of [pause, resume, other, ordinary]) await store.insert(job);
    const claimed = async () => (await store.claim('a'))?.id;
    expect([await claimed(), await claimed(), await claimed(), await claimed()]).toEqual([pause.id, other.id, ordinary.id, undefined]); // prettier-ignore
    await store.stopOfDefinition('other', newId(), 'main');
    expect(await Promise.all([pause, other].map(async ({ id }) => (await store.get(id))!.status))).toEqual([
      'running',
      'stopping',
    ]);
    await store.end('a', pause.id, 'stopped');
    expect(await claimed()).toBe(resume.id);
    for (const { id } of [resume, other, ordinary]) await store.end('a', id, 'completed');
  });

  it('counts what was done once, also when two gateways did it', async () => {
    const job = newJob();
    await store.insert(job);
    const first = (await store.claim('a'))!;
    await expireLeases();
    const second = (await store.claim('b'))!;
    const [to, failed] = [newId(), newId()];
    const progress = { to, done: 2, failures: [{ instanceId: failed, code: 'X', message: 'because' }] };
    expect(await store.advance('a', first, progress)).toBeUndefined();
    expect(await store.advance('b', second, progress)).toMatchObject({ position: to, done: 2, failed: 1 });
    expect(await store.advance('b', second, progress)).toBeUndefined();
    expect(await store.failures(job.id, null, 10)).toEqual([{ instanceId: failed, code: 'X', message: 'because' }]);
    expect(await store.failures(job.id, failed, 10)).toEqual([]);
    await store.end('a', job.id, 'completed');
    expect(await store.get(job.id)).toMatchObject({ status: 'running' });
    await store.end('b', job.id, 'completed');
    expect(await store.get(job.id)).toMatchObject({ status: 'completed' });
  });

  it('stops an open job, and says when it has ended', async () => {
    const job = newJob();
    await store.insert(job);
    expect(await store.stop(job.id)).toBe(true);
    const claimed = (await store.claim('a'))!;
    expect(claimed.status).toBe('stopping');
    await store.release('a');
    expect(await store.claim('b')).toMatchObject({ id: job.id });
    await store.end('b', job.id, 'stopped');
    expect(await store.stop(job.id)).toBe(false);
  });

  it('never takes a filter or a message that was written over for everything there is', async () => {
    const [spoilt, strange, whole] = [newJob(), newJob(), newJob()];
    for (const job of [spoilt, strange, whole]) await store.insert(job);
    const spoil = (column: string, value: string, id: string) =>
      database.dataSource.query(`UPDATE workflow_bulk_jobs SET ${column} = $1 WHERE id = $2`, [value, id]);
    await spoil('filter', '{"definition', spoilt.id);
    await spoil('message', '[]', strange.id);
    const claimed = [await store.claim('a'), await store.claim('a'), await store.claim('a')];
    expect(claimed.map((job) => [job?.id, job?.unreadable])).toEqual([
      [spoilt.id, expect.stringContaining('the filter')],
      [strange.id, expect.stringContaining('the message')],
      [whole.id, null],
    ]);
    expect(claimed[0]?.filter).toBeNull();
    for (const { id } of [spoilt, strange]) await store.fail('a', id, { code: 'DATA_UNREADABLE', message: 'gone' });
    await store.fail('b', whole.id, { code: 'DATA_UNREADABLE', message: 'of another' });
    expect(await store.get(spoilt.id)).toMatchObject({ status: 'failed', endedAt: expect.any(Number) });
    expect(await store.failures(spoilt.id, null, 10)).toEqual([{ instanceId: spoilt.id, code: 'DATA_UNREADABLE', message: 'gone' }]); // prettier-ignore
    expect((await store.get(whole.id))?.status).toBe('running');
    await store.end('a', whole.id, 'completed');
  });
});
