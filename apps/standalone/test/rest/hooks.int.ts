import { jest } from '@jest/globals';
import { newWebhookSecret, signWebhook } from '#libs/platform';
import { all, Product } from './product.js';

jest.setTimeout(60_000);

let product: Product;
beforeAll(async () => {
  product = await Product.open();
  await product.register('shop', [
    { id: 'paid', type: 'event', names: ['paid'], correlate: '${input.order}' },
    { id: 'receipt', type: 'set', values: { cents: '${steps.paid.output.payload.cents}' } },
  ]);
}, 60_000);
afterAll(() => product.close());

const send = (name: string, text: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${product.url}/api/v1/hooks/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });

it('a signed hook starts an instance, another one tells it that it was paid, and both are listed', async () => {
  const secret = newWebhookSecret();
  const key = '${request.body.order}';
  await product.client.putTrigger('orders', { kind: 'hook', definition: 'shop', secret, input: { order: key }, key });
  await product.client.putTrigger('payments', { kind: 'hook', event: 'paid', key, input: { cents: '${request.body.cents}' } });
  const [id, body] = ['msg-1', '{"order": "o-1"}'];
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = signWebhook({ id, timestamp, body }, [secret]);
  const signed = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
  expect((await send('orders', body)).status).toBe(401);
  const { instance } = (await (await send('orders', body, signed)).json()) as { instance: string };
  await product.waitsFor(instance, 'event');
  const paid = await send('payments', '{"order": "o-1", "cents": 42}');
  expect([paid.status, await paid.json()]).toMatchObject([200, { outcome: 'matched', instance, instances: [instance] }]);
  expect(await product.end(instance)).toMatchObject({ status: 'completed', key: 'o-1', output: { cents: 42 } });
  expect(await all(product.client.hookDeliveries('orders'))).toMatchObject([
    { id, outcome: 'started', status: 202, signature: 'valid', instance, body },
    { outcome: 'refused', status: 401, signature: 'missing', instance: null },
  ]);
  expect(await all(product.client.hookDeliveries('payments', { pageSize: 1 }))).toMatchObject([{ outcome: 'matched', instance }]);
});

it('messages start instances from inside of the process, too', async () => {
  await product.register('source', [
    { id: 'tell', type: 'emit', message: { exchange: 'orquestra.events', routingKey: 'shop.placed', body: { order: 'o-2' } } },
  ]);
  await product.client.putTrigger('placed', {
    ...{ kind: 'message', exchange: 'orquestra.events', routingKey: 'shop.placed' },
    ...{ definition: 'shop', input: '${message.body}', key: '${message.body.order}' },
  });
  const found = async (): Promise<number> => {
    await product.end(await product.start('source'));
    return (await all(product.client.listInstances({ definition: 'shop', key: 'o-2' }))).length;
  };
  // The trigger is followed within a second.
  while ((await found()) === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await found()).toBe(1);
  expect(product.errors).toEqual([]);
});
