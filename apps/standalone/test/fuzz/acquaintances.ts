import type { Json } from '#libs/engine';
import type { FuzzedProduct } from './fuzzed-product.js';

const steps = [
  { id: 'each', type: 'forEach', items: [1, 2], steps: [{ id: 'go', type: 'event', names: ['go'] }] },
  { id: 'asks', type: 'ask', kind: 'form', needs: [], form: { type: 'object', properties: { a: { type: 'string' } } } },
  { id: 'guard', type: 'lock', key: 'k', needs: [], steps: [{ id: 'nap', type: 'sleep', for: '1h' }] },
  { id: 'slow', task: 'simulate', needs: [], input: { duration: '1h' } },
  { id: 'task', task: 'simulate', needs: [], retry: 'none', input: { failTimes: 9 }, compensate: { task: 'echo' } },
];

/** Something of everything, by the names of the fields that take it: so that what is behind the first check is reached too. */
export async function acquaint({ client }: FuzzedProduct): Promise<Record<string, readonly Json[]>> {
  await client.registerDefinition({ document: { name: 'hostile', version: '1.0.0', steps } });
  const started = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => client.startInstance({ definition: 'hostile', key })));
  const ids = started.map(({ id }) => id);
  return {
    ...{ id: ids, instance: ids, instanceId: ids, ids, parent: ids, definition: ['hostile'], workflow: ['hostile'] },
    ...{ version: ['1.0.0', '^1.0.0', 'latest'], from: ['1.0.0', 'task'], to: ['1.0.0'], key: ['a', 'b'] },
    ...{
      name: ['hostile', 'nightly', 'inbound', 'lane', 'asks', 'go'],
      queue: ['default'],
      task: ['echo', 'simulate'],
    },
    ...{
      path: ['task', 'asks', 'each', 'each/0/go', 'guard', 'guard/nap', 'slow'],
      token: [2, 3, 4, 5, 6, 7, 8, 9],
      v: [1],
      tenant: ['main'],
    },
    ...{
      cron: ['0 4 * * *', '*/5 * * * *'],
      timezone: ['Europe/Berlin'],
      action: ['cancel', 'retry'],
      partition: [0, 1],
      delivery: [1, 2],
    },
  };
}
