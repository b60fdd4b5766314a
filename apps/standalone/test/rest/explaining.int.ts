import { jest } from '@jest/globals';
import type { Started } from '#libs/contracts';
import { all, Product, refusal } from './product.js';

jest.setTimeout(60_000);

const big = 'x'.repeat(100_000);
let product: Product;
/** Has everything: blocks in blocks, children, asks, events, a lock; stands still at its end. */
let id: string;
let holder: string;

beforeAll(async () => {
  product = await Product.open();
  const guarded = (steps: object[]) => ({ id: 'guard', type: 'lock', key: 'till', steps });
  await product.register('inner', [
    { id: 'say', task: 'script', input: { code: 'for (let n = 1; n <= 30; n++) print("child line " + n); return 1' } },
    { id: 'wait', type: 'event', names: ['wait'] },
  ]);
  await product.register('holds', [guarded([{ id: 'open', type: 'ask', kind: 'approval' }])]);
  await product.register('outer', [
    { id: 'big', task: 'simulate', input: { output: { text: big } } },
    {
      ...{ id: 'each', type: 'forEach', items: '${[1, 2, 3]}', as: 'n' },
      steps: [
        { id: 'log', task: 'script', input: { code: 'print("item " + args.n); return args.n', args: { n: '${n}' } } },
        {
          id: 'pick',
          type: 'branch',
          on: '${n}',
          cases: [{ id: 'two', is: 2, steps: [{ id: 'double', type: 'set', values: { n: '${n * 2}' } }] }],
        },
      ],
    },
    { id: 'call', type: 'workflow', workflow: 'inner', needs: ['each'] },
    { id: 'asks', type: 'ask', kind: 'approval', assignees: ['ada', 'bob'], needs: ['each'] },
    { id: 'event', type: 'event', names: ['paid', 'void'], correlate: 'o-1', needs: ['each'] },
    { id: 'sleep', type: 'sleep', for: '1h', needs: ['each'] },
    {
      id: 'again',
      task: 'simulate',
      input: { failTimes: 9 },
      retry: { maxAttempts: 10, delay: '1h', maxDelay: '1h', jitter: 0 },
      needs: ['each'],
    },
    { id: 'nobody', task: 'task.nobody.serves', needs: ['each'] },
    {
      id: 'poll',
      type: 'repeat',
      while: '${true}',
      delay: '1h',
      steps: [{ id: 'look', type: 'set', values: { at: '${index}' } }],
      needs: ['each'],
    },
    { ...guarded([]), needs: ['each'] },
  ]);
  holder = await product.start('holds');
  await product.waitsFor(holder, 'ask');
  id = await product.start('outer', { text: big });
  const isAtRest = ({ reason }: { readonly reason: string }): boolean => reason !== 'sent' && reason !== 'running';
  await product.when(id, ({ waitingFor }) => waitingFor.length === 8 && waitingFor.every(isAtRest));
}, 60_000);
afterAll(() => product.close());

describe('why nothing happens', () => {
  it('is told of every open step, as a code and in words', async () => {
    const { waitingFor, children } = await product.client.getInstance(id);
    const child = children[0]!.instance;
    const told = waitingFor.map(({ path, reason, text, until }) => [path, reason, text, until !== undefined]);
    expect(told.sort(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ['again', 'retry', 'attempt 1 failed with SIMULATED; attempt 2 is due', true],
      ['asks', 'ask', 'waits for an answer to "asks" of ada, bob', false],
      ['call', 'child', `waits for inner ${child}`, false],
      ['event', 'event', 'waits for events "paid" or "void" with key "o-1"', false],
      ['guard', 'lock', `waits for lock "till", held by ${holder}`, false],
      ['nobody', 'no_worker', 'no live worker serves task "task.nobody.serves" on queue "default"', false],
      ['poll', 'delay', 'waits before its next round', true],
      ['sleep', 'timer', 'sleeps', true],
    ]);
  });

  it('is told of each step too', async () => {
    const steps = await product.client.steps(id, { status: ['waiting'] });
    expect(steps.map(({ path, reason }) => [path, reason])).toEqual([
      ['call', 'child'],
      ['asks', 'ask'],
      ['event', 'event'],
      ['sleep', 'timer'],
      ['guard', 'lock'],
    ]);
    expect(steps.at(-1)!.reasonText).toContain(`held by ${holder}`);
  });

  it('is told of a child, which names its parent', async () => {
    const [child] = (await product.client.getInstance(id)).children;
    expect(await product.waitsFor(child!.instance, 'event')).toMatchObject({
      definition: 'inner',
      parent: id,
      parentStep: { instance: id, path: 'call' },
    });
    const own = await all(product.client.listInstances({ parent: id }));
    expect(own.map((each) => each.id)).toEqual([child!.instance]);
    expect((await all(product.client.listInstances({ parent: 'none' }))).map((each) => each.id).sort()).toEqual(
      [holder, id].sort(),
    );
  });
});

describe('steps', () => {
  it('inside one are listed in order, with counts and cases, and data only when asked for', async () => {
    const bare = await product.client.steps(id, { under: 'each/1' });
    expect(bare.map(({ path, status }) => [path, status])).toEqual([
      ['each/1/log', 'completed'],
      ['each/1/pick', 'completed'],
      ['each/1/pick/two/double', 'completed'],
    ]);
    expect(bare[0]).not.toHaveProperty('output');
    expect(bare[1]).toMatchObject({ taken: ['two'] });
    const [full] = await product.client.steps(id, { under: 'each/1/pick/two', withData: true });
    expect(full).toMatchObject({ path: 'each/1/pick/two/double', output: { n: 4 } });
    expect(await product.step(id, 'each')).toMatchObject({ counts: { total: 3, completed: 3, failed: 0, cancelled: 0 } });
    expect(await product.client.steps(id, { under: 'nothing/here' })).toEqual([]);
  });

  it('come page by page, each once', async () => {
    const whole = (await product.client.steps(id)).map(({ path }) => path);
    const paged: string[] = [];
    for (let after = ''; ;) {
      const query = `limit=3${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
      const { items, next } = await read(`/instances/${id}/steps?${query}`);
      paged.push(...(items as { path: string }[]).map(({ path }) => path));
      if (next === null) break;
      after = String(next);
    }
    expect(paged).toEqual(whole);
    expect(new Set(whole).size).toBe(whole.length);
  });
});

describe('the history', () => {
  it('comes page by page without a gap, and names large values by their hash', async () => {
    const events = await all(product.client.history(id));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place + 1));
    const { items, next } = await read(`/instances/${id}/history?after=3&limit=2`);
    expect((items as { seq: number }[]).map(({ seq }) => seq)).toEqual([4, 5]);
    expect(next).toBe(5);
    const last = events.at(-1)!.seq;
    expect(await read(`/instances/${id}/history?after=${last}`)).toEqual({ items: [], next: null });
    const done = events.find(({ type, path }) => type === 'stepCompleted' && path === 'big')!;
    const output = (done.data as { output: { $payload: { sha256: string; size: number } } }).output;
    expect(output).toMatchObject({ $payload: { size: big.length + 11 } });
    expect((await product.step(id, 'big')).output).toEqual(output);
    expect(await product.client.payload(id, output.$payload.sha256)).toEqual({ text: big });
    expect((await product.client.getInstance(id)).input).toEqual({ text: big });
    expect(await refusal(product.client.payload(holder, output.$payload.sha256))).toMatchObject({ code: 'PAYLOAD_NOT_FOUND' });
  });
});

describe('logs', () => {
  it('are of all steps or of one and what is in it, page by page', async () => {
    const lines = await all(product.client.logs(id));
    expect(lines.map(({ text }) => text).sort()).toEqual(['item 1', 'item 2', 'item 3']);
    expect((await all(product.client.logs(id, { path: 'each/2' }))).map(({ path, text }) => [path, text])).toEqual([
      ['each/2/log', 'item 3'],
    ]);
    const child = (await product.client.getInstance(id)).children[0]!.instance;
    const { items, next } = await read(`/instances/${child}/logs?limit=20`);
    expect((items as unknown[]).length).toBe(20);
    expect((await all(product.client.logs(child, { after: Number(next) }))).map(({ text }) => text).at(-1)).toBe('child line 30');
  });
});

describe('wait', () => {
  it('answers 202 with how it is when the time is over, and at once with the result when it ends', async () => {
    const one = await product.start('holds', {}, { key: 'later' });
    const short = await fetch(`${product.url}/api/v1/instances/${one}/wait?timeout=20ms`);
    expect(short.status).toBe(202);
    expect((await short.json()) as Started).toMatchObject({ id: one, definition: 'holds' });
    const ended = product.end(one);
    await product.client.answerAsk(holder, 'guard/body/open', { value: 'approved' });
    await product.waitsFor(one, 'ask');
    await product.client.answerAsk(one, 'open', { value: 'rejected' });
    expect(await ended).toMatchObject({ id: one, status: 'completed' });
    expect((await product.client.getInstance(id)).waitingFor.map(({ path }) => path)).not.toContain('guard');
  });
});

async function read(path: string): Promise<{ items: unknown; next: unknown }> {
  return (await (await fetch(`${product.url}/api/v1${path}`)).json()) as { items: unknown; next: unknown };
}
