import { jest } from '@jest/globals';
import type { BulkJob } from '#libs/contracts';
import { until } from '#libs/testing';
import { all, Product, refusal } from './product.js';

jest.setTimeout(60_000);

let product: Product;
beforeAll(async () => {
  product = await Product.open();
  await product.register('gate', [{ id: 'go', type: 'event', names: ['go'] }]);
  await product.register('broken', [{ id: 'work', task: 'simulate', input: { failTimes: 1 }, retry: 'none' }]);
}, 60_000);
afterAll(() => product.close());

const startMany = async (definition: string, count: number, batch: string): Promise<string[]> => {
  const requests = Array.from({ length: count }, () => ({ definition, tags: { batch } }));
  const { items } = await product.client.startBatch(requests);
  return items.map((item) => item.instance!.id);
};
const jobEnds = async (id: string): Promise<BulkJob> => {
  const job = await until(async () => {
    const found = await product.client.getBulk(id);
    return ['completed', 'stopped', 'failed'].includes(found.status) ? found : undefined;
  }, 20_000);
  return job ?? product.client.getBulk(id);
};
const inStatus = async (batch: string, ...status: string[]): Promise<number> =>
  (await all(product.client.listInstances({ tags: { batch }, status, pageSize: 200 }))).length;

describe('a bulk job', () => {
  it('pauses, resumes and cancels what a filter finds, and only that', async () => {
    const ids = await startMany('gate', 120, 'a');
    await startMany('gate', 3, 'b');
    for (const id of ids.slice(-1)) await product.waitsFor(id, 'event');
    const filter = { definition: 'gate', tags: { batch: 'a' } };
    expect(await product.client.tryBulk({ action: 'pause', filter })).toMatchObject({ dryRun: true, total: { count: 120 } });
    expect(await inStatus('a', 'paused')).toBe(0);
    for (const [action, status] of [
      ['pause', 'paused'],
      ['resume', 'waiting'],
      ['cancel', 'cancelled'],
    ] as const) {
      const job = await product.client.startBulk({ action, filter, perSecond: 1_000, by: 'ada', reason: 'clean up' });
      expect(await jobEnds(job.id)).toMatchObject({
        status: 'completed',
        done: 120,
        failed: 0,
        total: { count: 120 },
        by: 'ada',
      });
      expect(await inStatus('a', status)).toBe(120);
    }
    expect(await inStatus('b', 'waiting')).toBe(3);
    expect(await inStatus('b', 'cancelled')).toBe(0);
  });

  it('retries what has failed, and lists what it could not and why', async () => {
    const ids = await startMany('broken', 4, 'c');
    for (const id of ids) expect((await product.end(id)).status).toBe('failed');
    const nobody = '01990000-0000-7000-8000-000000000000';
    const [gate] = await startMany('gate', 1, 'd');
    await product.waitsFor(gate!, 'event');
    const { id } = await product.client.startBulk({ action: 'retry', ids: [...ids, nobody, gate!] });
    const job = await jobEnds(id);
    expect(job).toMatchObject({ status: 'completed', done: 4, failed: 2, total: { count: 6 } });
    expect(job.failures.map((failure) => [failure.id, failure.code])).toEqual([
      [nobody, 'INSTANCE_NOT_FOUND'],
      [gate, 'ACTION_NOT_POSSIBLE'],
    ]);
    const page = await product.client.getBulk(id, { limit: 1 });
    expect([page.failures.length, page.next]).toEqual([1, nobody]);
    expect((await product.client.getBulk(id, { after: page.next!, limit: 1 })).failures).toMatchObject([{ id: gate }]);
    for (const failed of ids) expect((await product.end(failed)).status).toBe('completed');
  });

  it('keeps its pace, can be stopped, and then leaves the rest alone', async () => {
    await startMany('gate', 30, 'e');
    const { id } = await product.client.startBulk({ action: 'cancel', filter: { tags: { batch: 'e' } }, perSecond: 5 });
    await until(async () => ((await product.client.getBulk(id)).done > 0 ? true : undefined), 10_000);
    await product.client.stopBulk(id, { reason: 'wrong batch' });
    const job = await jobEnds(id);
    expect(job.status).toBe('stopped');
    expect(job.done).toBeLessThan(30);
    expect(await inStatus('e', 'cancelled')).toBe(job.done);
    expect(await refusal(product.client.stopBulk(id))).toMatchObject({ status: 409, code: 'BULK_ENDED' });
  });

  it.each(['{"tags', '{}', '{"foreign":1}'])(
    'fails, and touches nobody, when its filter was written over with %s',
    async (text) => {
      await startMany('gate', 6, `g${text}`);
      const { id } = await product.client.startBulk({ action: 'cancel', filter: { tags: { batch: `g${text}` } }, perSecond: 1 });
      await product.database.dataSource.query('UPDATE workflow_bulk_jobs SET filter = $1 WHERE id = $2', [text, id]);
      const job = await jobEnds(id);
      expect(job).toMatchObject({ status: 'failed', failures: [{ id, code: 'DATA_UNREADABLE' }] });
      expect(await inStatus(`g${text}`, 'cancelled')).toBe(job.done);
    },
  );

  it('goes on where it was when the product is restarted', async () => {
    await startMany('gate', 40, 'f');
    const { id } = await product.client.startBulk({ action: 'cancel', filter: { tags: { batch: 'f' } }, perSecond: 20 });
    await until(async () => ((await product.client.getBulk(id)).done > 0 ? true : undefined), 10_000);
    product = await product.restart();
    expect(await jobEnds(id)).toMatchObject({ status: 'completed', done: 40, failed: 0 });
    expect(await inStatus('f', 'cancelled')).toBe(40);
  });

  it('is refused without a condition, and an unknown one is not found', async () => {
    expect(await refusal(product.client.startBulk({ action: 'cancel', filter: {} }))).toMatchObject({ status: 422 });
    expect(await refusal(product.client.getBulk('01990000-0000-7000-8000-000000000000'))).toMatchObject({
      code: 'BULK_NOT_FOUND',
    });
  });
});
