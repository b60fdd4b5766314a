import { jest } from '@jest/globals';
import { ApiProblem } from '#libs/client';
import type { Json } from '#libs/engine';
import { Product } from './product.js';

jest.setTimeout(60_000);

let product: Product;
let id: string;
beforeAll(async () => {
  product = await Product.open();
  await product.register('all', [
    { id: 'each', type: 'forEach', items: [1, 2], steps: [{ id: 'go', type: 'event', names: ['go'] }] },
    { id: 'asks', type: 'ask', kind: 'form', needs: [], form: { type: 'object', properties: { a: { type: 'string' } } } },
    { id: 'guard', type: 'lock', key: 'k', needs: [], steps: [{ id: 'call', type: 'workflow', workflow: 'inner' }] },
    { id: 'task', task: 'simulate', needs: [], input: { duration: '1h' }, compensate: { task: 'echo' } },
  ]);
  await product.register('inner', [{ id: 'go', type: 'event', names: ['go'] }]);
  id = await product.start('all');
  await product.when(id, ({ waitingFor }) => waitingFor.length === 5);
}, 60_000);
afterAll(() => product.close());

const paths = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'each/__proto__/go',
    'each/constructor',
    'asks/asks',
    '/',
    '//',
    'each/',
    '/each',
    ' each',
  ],
  ...[
    'each/99',
    'each/-1/go',
    'each/1e3/go',
    'each/00/go',
    'each/9007199254740993/go',
    'each/0',
    'each/0/go/0',
    'task/undo',
    'task/~undo',
  ],
  ...['guard/body', 'guard/body/call/go', 'guard/call', '${input}', '\u202e', 'x'.repeat(1_000), '%2e%2e', 'a\nb'],
];
const values: readonly Json[] = [
  ...[null, '', 0, -1.5, 1e-9, [], {}, '${1}'],
  ...[{ $payload: { ref: 'x', size: 1, sha256: 'y' } }, { $payload: { literal: 1 } }],
];
const bounded = { waitMs: 10_000 };

/** Refused with words, or done; never our fault. */
async function judged(call: Promise<unknown>, about: string): Promise<void> {
  const status = await call.then(
    () => 200,
    (error: unknown) => (error instanceof ApiProblem ? error.status : 0),
  );
  expect([about, [200, 404, 409, 422].includes(status) ? 'judged' : status]).toEqual([about, 'judged']);
}

/** What the API lets through reaches the owner of the instance: it must judge it, and go on. */
describe('what nobody expects', () => {
  it.each(['retryStep', 'skipStep', 'completeStep', 'cancelStep'] as const)('as the path of %s is judged', async (act) => {
    for (const path of paths) {
      const call = product.client[act](id, { path }, bounded);
      await expect(call).rejects.toMatchObject({ status: expect.any(Number) as number });
      await judged(call, path);
    }
  });

  it('as the name of an ask is judged', async () => {
    for (const name of paths.filter((path) => path.length < 1_000)) {
      await judged(product.client.answerAsk(id, name, { value: 'x' }, bounded), name);
      await judged(product.client.claimAsk(id, name, { by: '__proto__' }, bounded), name);
    }
  });

  it('as the answer of a form is judged', async () => {
    for (const value of [...values, { a: 1 }, { $payload: 1 }] as Json[])
      await judged(product.client.answerAsk(id, 'asks', { value, form: value }, bounded), JSON.stringify(value));
  });

  it('as name, id, key and payload of events is judged', async () => {
    for (const text of paths.filter((path) => path.trim() !== '' && path.length <= 200)) {
      await judged(product.client.sendEventToInstance(id, { name: text, id: text }, bounded), text);
      await judged(product.client.sendEvent({ name: text, key: text, id: text }, bounded), text);
      await judged(product.client.bindEvent(text, { instance: id }, bounded), text);
    }
    for (const payload of values)
      await judged(product.client.sendEventToInstance(id, { name: 'v', payload }, bounded), String(payload));
  });

  it('as output or input by hand is judged and kept as it was given', async () => {
    for (const value of values) {
      const other = await product.start('inner', { value });
      await product.waitsFor(other, 'event');
      await product.client.completeStep(other, { path: 'go', output: value }, bounded);
      const { output, input } = await product.end(other);
      expect([output, input]).toEqual([value, { value }]);
    }
  });

  it('as the step to restart from is judged', async () => {
    for (const from of paths) await judged(product.client.restart(id, { from }), from);
    for (const version of ['__proto__', '^', '>', '1', '*', ' ']) await judged(product.client.restart(id, { version }), version);
  });

  it('leaves the instance as it was, and the product well', async () => {
    const { waitingFor, status } = await product.client.getInstance(id);
    expect([status, waitingFor.length]).toEqual(['running', 5]);
    expect(product.errors).toEqual([]);
    await product.client.cancel(id);
    expect((await product.end(id)).status).toBe('cancelled');
    const next = await product.start('inner');
    await product.waitsFor(next, 'event');
    await product.client.sendEventToInstance(next, { name: 'go' });
    expect((await product.end(next)).status).toBe('completed');
  });
});
