import { LiveClient } from './live-client.js';
import { startGateway } from './gateway-app.js';

it('closes in time although clients wait and watch, and tells them', async () => {
  const gateway = await startGateway();
  await gateway.request('POST', '/api/v1/definitions', {
    body: { name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
  });
  const { body } = await gateway.request('POST', '/api/v1/instances', { body: { definition: 'greet' } });
  const client = await LiveClient.open(gateway.url);
  client.send({ subscribe: 'instance', id: body.id });
  await client.until('snapshot');
  const waiting = gateway.request('GET', `/api/v1/instances/${body.id}/wait?timeout=60s`);
  // Whether the wait has arrived by then or comes in the middle of it: it is answered.
  await gateway.request('GET', '/health/live');

  const began = Date.now();
  await gateway.close();
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(await waiting).toMatchObject({ status: 202, body: { id: body.id, status: 'pending' } });
  await client.when(() => client.closed !== undefined, 'the end');
  expect(client.closed).toEqual({ code: 1001 });
  expect(gateway.errors).toEqual([]);
}, 20_000);
