import { jest } from '@jest/globals';
import { Product } from './product.js';

jest.setTimeout(60_000);

let product: Product;
beforeAll(async () => {
  product = await Product.open();
  await product.register('later', [{ id: 'say', type: 'set', values: { at: '${now}' } }]);
});
afterAll(() => product.close());

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('a start at a later time', () => {
  it('is pending, says until when, and begins then and not before', async () => {
    const startAt = inMs(1_500);
    const id = await product.start('later', {}, { startAt });
    expect(await product.client.getInstance(id)).toMatchObject({
      status: 'pending',
      startAt,
      startedAt: null,
      waitingFor: [{ path: '', until: startAt }],
    });
    const ended = await product.end(id);
    expect(Date.parse(ended.startedAt!)).toBeGreaterThanOrEqual(Date.parse(startAt));
    expect(ended).toMatchObject({ status: 'completed' });
  });

  it('can be cancelled before, and then never begins a step', async () => {
    const id = await product.start('later', {}, { startAt: inMs(3_600_000) });
    await product.client.cancel(id, { reason: 'not needed' });
    const ended = await product.end(id);
    expect(ended).toMatchObject({ status: 'cancelled', steps: [{ path: 'say', status: 'pending' }] });
  });

  it('survives a restart of everything', async () => {
    const startAt = inMs(2_500);
    const id = await product.start('later', {}, { startAt });
    product = await product.restart();
    const ended = await product.end(id);
    expect(ended).toMatchObject({ status: 'completed' });
    expect(Date.parse(ended.startedAt!)).toBeGreaterThanOrEqual(Date.parse(startAt));
  });

  it('in the past begins at once', async () => {
    const id = await product.start('later', {}, { startAt: inMs(-3_600_000) });
    expect(await product.end(id)).toMatchObject({ status: 'completed' });
  });
});
