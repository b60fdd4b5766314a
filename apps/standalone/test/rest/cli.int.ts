import { jest } from '@jest/globals';
import type { BulkJob, HookDelivery, Instance, TriggerRun } from '#libs/contracts';
import { runCli } from '#apps/cli';
import { TestShell } from '../../../cli/src/testing/test-shell.js';
import { Product } from './product.js';

jest.setTimeout(60_000);

let product: Product;
beforeAll(async () => {
  product = await Product.open();
  await product.register('order', [
    { id: 'approve', type: 'ask', kind: 'approval', assignees: ['ada'] },
    { id: 'paid', type: 'event', names: ['paid'], correlate: '${input.key}' },
    { id: 'ship', task: 'simulate', retry: 'none', input: { failTimes: 1, output: { parcel: 7 } } },
  ]);
}, 60_000);
afterAll(() => product.close());

/** What the command says on a terminal. */
async function orquestra(...words: string[]): Promise<{ exitCode: number; text: string }> {
  const shell = new TestShell(true, { ORQUESTRA_URL: product.url, NO_COLOR: '1', USER: 'ada' }, Date.now());
  const exitCode = await runCli(words, shell);
  return { exitCode, text: shell.written + shell.complained };
}

/** What it gives to a pipe. */
async function piped<T>(...words: string[]): Promise<T[]> {
  const shell = new TestShell(false, { ORQUESTRA_URL: product.url, USER: 'ada' }, Date.now());
  expect([words, await runCli(words, shell), shell.complained]).toEqual([words, 0, '']);
  return shell.lines as T[];
}

describe('the command line on the product', () => {
  it('leads an order through an ask, a pause, an event by key, a failure and a retry', async () => {
    const id = await product.start('order', { key: 'o-1' });
    await product.waitsFor(id, 'ask');
    expect((await orquestra('ask', 'list', '--assignee', 'ada')).text).toContain('approve');
    expect(await orquestra('ask', 'answer', id, 'approve', 'maybe')).toMatchObject({
      exitCode: 4,
      text: expect.stringContaining('expected "approved" or "rejected"') as string,
    });
    expect(await orquestra('ask', 'answer', id, 'approve', 'approved', '--comment', 'fine')).toMatchObject({ exitCode: 0 });
    await product.waitsFor(id, 'event');
    expect((await orquestra('instance', 'pause', id, '--reason', 'lunch')).text).toContain('✓ pause done  ▮ paused');
    expect((await orquestra('instance', 'get', id)).text).toContain('paused by ada: lunch');
    expect((await orquestra('instance', 'pause', id)).exitCode).toBe(4);
    expect((await orquestra('instance', 'resume', id)).exitCode).toBe(0);
    expect((await orquestra('event', 'send', 'paid', '--key', 'o-1', '--payload', '{"cents":5}')).text).toContain('✓ matched');
    expect((await product.end(id)).status).toBe('failed');
    const [ended] = await piped<Instance>('instance', 'retry', id, '--wait');
    expect(ended).toMatchObject({ id, status: 'completed', generation: 2 });
    expect((await orquestra('instance', 'get', id, '--steps')).text).toContain('{"parcel":7}');
  });

  it('skips and completes steps, and restarts from one', async () => {
    const id = await product.start('order', { key: 'o-2' });
    await product.waitsFor(id, 'ask');
    expect((await orquestra('step', 'skip', id, 'approve', '--output', '{"value":"approved"}')).exitCode).toBe(0);
    await product.waitsFor(id, 'event');
    expect((await orquestra('step', 'complete', id, 'paid')).exitCode).toBe(0);
    expect((await product.end(id)).status).toBe('failed');
    expect((await orquestra('step', 'skip', id, 'nothing')).exitCode).toBe(3);
    const [again] = await piped<Instance>('instance', 'restart', id, '--from', 'paid');
    await product.waitsFor(again!.id, 'event');
    expect((await orquestra('step', 'cancel', again!.id, 'paid', '-r', 'no money')).exitCode).toBe(0);
    expect((await product.end(again!.id)).status).toBe('failed');
  });

  it('cancels many at once, and binds an event nobody took', async () => {
    const ids = [await product.start('order', { key: 'o-3' }), await product.start('order', { key: 'o-3' })];
    for (const id of ids) await product.waitsFor(id, 'ask');
    const [first, second] = ids as [string, string];
    expect((await orquestra('bulk', 'start', 'pause', '--id', ids.join(), '--dry-run')).text).toContain('2 instances');
    expect((await orquestra('event', 'send', 'paid', '-k', 'o-9', '--id', 'e-9')).text).toContain('‖ kept');
    expect((await orquestra('event', 'list')).text).toContain('e-9');
    expect((await orquestra('event', 'bind', 'e-9', first)).exitCode).toBe(0);
    expect((await product.client.getInstance(first)).keptEvents).toBe(1);
    const [job] = await piped<BulkJob>('bulk', 'start', 'cancel', '--definition', 'order', '--status', 'waiting', '--wait');
    expect(job).toMatchObject({ status: 'completed', done: 2, failed: 0 });
    for (const id of [first, second]) expect((await product.end(id)).status).toBe('cancelled');
    expect((await orquestra('instance', 'cancel', first)).exitCode).toBe(4);
  });

  it('puts a schedule, looks ahead, runs it by hand, makes up for a range, and pauses it', async () => {
    await product.register('report', [{ id: 'write', type: 'set', values: '${input}' }]);
    const spec = '{"kind":"schedule","definition":"report","cron":"0 9 * * MON-FRI","input":{"at":"${scheduledAt}"}}';
    expect((await orquestra('trigger', 'put', 'reports', spec)).text).toContain('At 09:00, Monday through Friday (UTC)');
    expect(
      await orquestra('trigger', 'put', 'wrong', '{"kind":"schedule","definition":"report","cron":"61 * * * *"}'),
    ).toMatchObject({
      exitCode: 4,
      text: expect.stringContaining('/cron') as string,
    });
    expect((await orquestra('trigger', 'next', 'reports', '--count', '2')).text).toMatch(/T09:00:00\+00:00/);
    expect((await orquestra('trigger', 'preview', '30 2 * * *', '-z', 'Europe/Madrid')).text).toContain('! On ');
    const [run] = await piped<TriggerRun>('trigger', 'run', 'reports', '--reason', 'now');
    expect(await product.end(run!.instance!)).toMatchObject({ output: { at: run!.scheduledAt } });
    const range = ['--from', '2027-03-01T00:00:00Z', '--to', '2027-03-03T00:00:00Z'];
    expect((await orquestra('trigger', 'backfill', 'reports', ...range, '--dry-run')).text).toContain('would be 2 slots');
    expect((await orquestra('trigger', 'pause', 'reports', '-r', 'stocktaking')).text).toContain('stocktaking (ada)');
    expect((await orquestra('trigger', 'list')).text).toMatch(/reports +schedule +report +paused/);
    expect((await orquestra('trigger', 'runs', 'reports')).text).toContain(run!.instance);
    expect((await orquestra('trigger', 'resume', 'reports')).text).toContain('active');
    expect((await orquestra('trigger', 'delete', 'reports')).exitCode).toBe(0);
    expect((await orquestra('trigger', 'get', 'reports')).exitCode).toBe(3);
  });

  it('puts a hook, and lists what came to it', async () => {
    await product.register('report', [{ id: 'write', type: 'set', values: '${input}' }]);
    expect((await orquestra('trigger', 'put', 'reports.in', '{"kind":"hook","definition":"report"}')).text).toContain('hook');
    expect((await orquestra('trigger', 'deliveries', 'reports.in')).text).toContain('Nothing has come yet.');
    for (const body of ['{"n":1}', '{'])
      await fetch(`${product.url}/api/v1/hooks/reports.in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'webhook-id': `id ${body}` },
        body,
      });
    const { text } = await orquestra('trigger', 'deliveries', 'reports.in');
    expect(text).toMatch(/id \{"n":1\} +unchecked +202 +started/);
    expect(text).toMatch(/400 +refused +– +BODY_INVALID/);
    const [latest, ...others] = await piped<HookDelivery>('trigger', 'deliveries', 'reports.in', '--limit', '1');
    expect([latest?.status, others]).toEqual([400, []]);
    expect((await orquestra('trigger', 'deliveries', 'no-such')).exitCode).toBe(3);
  });
});
