import { jest } from '@jest/globals';
import { OrquestraClient } from '#libs/client';
import { all, Product, refusal } from './product.js';

jest.setTimeout(60_000);

let product: Product;
beforeAll(async () => {
  product = await Product.open();
  const wait = (id: string, names: string[], rest: object = {}) => ({ id, type: 'event', names, ...rest });
  await product.register('pay', [wait('paid', ['paid'])]);
  await product.register('pick', [wait('paid', ['paid'], { filter: '${event.payload != 1}', schema: { type: 'integer' } })]);
  await product.register('both', [wait('all', ['paid', 'packed'], { match: 'all' })]);
  await product.register('later', [{ id: 'gate', type: 'ask', kind: 'approval' }, wait('paid', ['paid'])]);
  await product.register('twice', [wait('first', ['one']), wait('second', ['two']), wait('third', ['three'])]);
  await product.register('keyed', [
    wait('paid', ['paid'], { correlate: '${input.order}', filter: '${event.payload.cents >= 100}' }),
  ]);
}, 60_000);
afterAll(() => product.close());

const waiting = async (definition: string, input: Parameters<Product['start']>[1] = {}): Promise<string> => {
  const id = await product.start(definition, input);
  await product.waitsFor(id, 'event');
  return id;
};
const kept = async (status: 'waiting' | 'unmatched', key: string) =>
  (await all(product.client.listEvents({ status }))).filter((event) => event.key === key);

describe('an event to an instance', () => {
  it('is matched by the step that waits for it', async () => {
    const id = await waiting('pay');
    const sent = await product.client.sendEventToInstance(id, { name: 'paid', payload: { cents: 5 }, id: 'e-1' });
    expect(sent).toEqual({ id: 'e-1', outcome: 'matched', instances: [id] });
    expect((await product.end(id)).output).toMatchObject({ name: 'paid', payload: { cents: 5 }, id: 'e-1' });
  });

  it('is kept until a step waits for it, and then taken', async () => {
    const id = await product.start('later');
    const { keptEvents } = await product.waitsFor(id, 'ask');
    expect(keptEvents).toBe(0);
    expect(await product.client.sendEventToInstance(id, { name: 'paid', payload: 1 })).toMatchObject({ outcome: 'kept' });
    expect((await product.client.getInstance(id)).keptEvents).toBe(1);
    await product.client.answerAsk(id, 'gate', { value: 'approved' });
    expect(await product.end(id)).toMatchObject({ output: { payload: 1 }, keptEvents: 0 });
  });

  it('is kept for others by a filter, and dropped by a schema', async () => {
    const id = await waiting('pick');
    const sent = [];
    for (const payload of [1, 'much', 100]) sent.push(await product.client.sendEventToInstance(id, { name: 'paid', payload }));
    expect(sent.map(({ outcome }) => outcome)).toEqual(['kept', 'dropped', 'matched']);
    expect(sent.map(({ instances }) => instances.length)).toEqual([1, 0, 1]);
  });

  it('with the same id counts once and has one answer, however often and at the same time it is sent', async () => {
    const id = await waiting('both');
    const send = () => product.client.sendEventToInstance(id, { name: 'paid', payload: 1, id: 'pay-7' });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await product.client.sendEventToInstance(id, { name: 'packed', payload: 2 })).toMatchObject({ outcome: 'matched' });
    expect(await product.end(id)).toMatchObject({ keptEvents: 0, output: { paid: { payload: 1 }, packed: { payload: 2 } } });
    expect(await send()).toEqual(answers[0]);
  });

  it('to one that starts later waits for its start', async () => {
    const id = await product.start('pay', {}, { startAt: new Date(Date.now() + 800).toISOString() });
    const sent = await product.client.sendEventToInstance(id, { name: 'paid', payload: 1 }, { waitMs: 0 });
    expect(sent).toMatchObject({ outcome: 'stored', instances: [id] });
    expect((await product.client.getInstance(id)).status).toBe('pending');
    expect(await product.end(id)).toMatchObject({ status: 'completed', output: { payload: 1 } });
  });

  it('over what an instance keeps is refused, and taken when it is sent again later, also with the same id', async () => {
    const id = await waiting('twice');
    const impatient = new OrquestraClient({ baseUrl: product.url, retries: 0 });
    const send = (name: string) =>
      // 1 MiB is kept
      impatient.sendEventToInstance(id, { name, id: name, payload: 'x'.repeat(600_000) }, { idempotencyKey: `${name}-${id}` });
    expect(await send('two')).toMatchObject({ outcome: 'kept' });
    for (let times = 0; times < 2; times += 1)
      expect(await refusal(send('three'))).toMatchObject({ status: 429, code: 'TOO_MANY_EVENTS' });
    await product.client.sendEventToInstance(id, { name: 'one' }); // takes the second with it
    expect(await send('three')).toMatchObject({ outcome: 'matched' });
    expect(await product.end(id)).toMatchObject({ status: 'completed' });
  });

  it('is refused by one that has ended, or is not there', async () => {
    const id = await waiting('pay');
    await product.client.sendEventToInstance(id, { name: 'paid' });
    await product.end(id);
    expect(await refusal(product.client.sendEventToInstance(id, { name: 'paid' }))).toMatchObject({
      status: 409,
      code: 'INSTANCE_ENDED',
    });
    const nobody = '01990000-0000-7000-8000-000000000000';
    expect(await refusal(product.client.sendEventToInstance(nobody, { name: 'paid' }))).toMatchObject({ status: 404 });
  });
});

describe('an event by key', () => {
  it('goes to everybody who waits for it', async () => {
    const ids = [await waiting('keyed', { order: 'A' }), await waiting('keyed', { order: 'A' })];
    const other = await waiting('keyed', { order: 'B' });
    const sent = await product.client.sendEvent({ name: 'paid', key: 'A', payload: { cents: 100 } });
    expect(sent).toMatchObject({ outcome: 'matched', instances: [...ids].sort() });
    for (const id of ids) expect((await product.end(id)).status).toBe('completed');
    expect((await product.client.getInstance(other)).status).toBe('waiting');
    await product.client.cancel(other);
  });

  it('is kept and listed until the first whose filter fits takes it, and no other', async () => {
    expect(await product.client.sendEvent({ name: 'paid', key: 'C', payload: { cents: 1 }, id: 'c-1' })).toMatchObject({
      outcome: 'kept',
      instances: [],
    });
    await product.client.sendEvent({ name: 'paid', key: 'C', payload: { cents: 200 }, id: 'c-2' });
    expect((await kept('waiting', 'C')).map(({ id }) => id)).toEqual(['c-1', 'c-2']);
    const id = await product.start('keyed', { order: 'C' });
    expect((await product.end(id)).output).toMatchObject({ id: 'c-2' });
    expect((await kept('waiting', 'C')).map(({ id }) => id)).toEqual(['c-1']);
    const next = await waiting('keyed', { order: 'C' });
    await product.client.cancel(next);
  });

  it('with the same id counts once', async () => {
    const id = await waiting('keyed', { order: 'D' });
    const send = () => product.client.sendEvent({ name: 'paid', key: 'D', payload: { cents: 500 }, id: 'd-1' });
    const first = await send();
    expect(first).toEqual({ id: 'd-1', outcome: 'matched', instances: [id] });
    await product.end(id);
    expect(await send()).toEqual(first);
    expect(await kept('waiting', 'D')).toEqual([]);
  });

  it('that nobody took in time is unmatched, and can be bound to an instance by hand', async () => {
    const payload = { cents: 700 };
    await product.client.sendEvent({ name: 'paid', key: 'typo', payload, id: 't-1', ttl: '1ms' });
    expect(await kept('waiting', 'typo')).toEqual([]);
    expect(await kept('unmatched', 'typo')).toMatchObject([{ id: 't-1', name: 'paid', payload }]);
    const id = await waiting('keyed', { order: 'E' });
    const bound = await product.client.bindEvent('t-1', { instance: id, by: 'ada', reason: 'a typo' });
    expect(bound).toEqual({ id: 't-1', outcome: 'matched', instances: [id] });
    expect((await product.end(id)).output).toMatchObject({ id: 't-1', payload });
    expect(await kept('unmatched', 'typo')).toEqual([]);
    expect(await refusal(product.client.bindEvent('t-1', { instance: id }))).toMatchObject({ status: 409, code: 'EVENT_TAKEN' });
  });

  it('is bound to nothing that has ended or is not there', async () => {
    await product.client.sendEvent({ name: 'paid', key: 'F', id: 'f-1' });
    const id = await waiting('pay');
    await product.client.cancel(id);
    await product.end(id);
    expect(await refusal(product.client.bindEvent('f-1', { instance: id }))).toMatchObject({
      status: 409,
      code: 'INSTANCE_ENDED',
    });
    const nobody = '01990000-0000-7000-8000-000000000000';
    expect(await refusal(product.client.bindEvent('f-1', { instance: nobody }))).toMatchObject({ code: 'INSTANCE_NOT_FOUND' });
    expect(await refusal(product.client.bindEvent('no-such', { instance: id }))).toMatchObject({ code: 'EVENT_NOT_FOUND' });
    expect((await kept('waiting', 'F')).map((event) => event.id)).toEqual(['f-1']);
  });

  it('with a start starts unless one is running, then delivers', async () => {
    const event = { name: 'paid', payload: { cents: 1 } };
    const first = await product.client.startInstance({ definition: 'both', key: 'cart-1', event });
    const second = await product.client.startInstance({ definition: 'both', key: 'cart-1', event: { name: 'packed' } });
    expect(second.id).toBe(first.id);
    expect(await product.end(first.id)).toMatchObject({ status: 'completed', output: { paid: { payload: { cents: 1 } } } });
  });
});
