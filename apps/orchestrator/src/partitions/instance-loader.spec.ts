import type { InstanceId } from '#libs/engine';
import type { EventStore } from '#libs/persistence';
import type { PlanCache } from '../definitions/plan-cache.js';
import type { InstanceCache } from './instance-cache.js';
import { InstanceLoader } from './instance-loader.js';

describe('InstanceLoader', () => {
  const id = 'i' as InstanceId;
  const cache = { has: () => false, get: () => undefined, put: () => undefined } as unknown as InstanceCache;
  const load = (plan: () => Promise<unknown>): ReturnType<InstanceLoader['load']> => {
    // V8 quotes what it cannot parse
    const stored = {
      head: { id, definition: 'd', version: '1.0.0' },
      snapshot: { seq: 1, state: 'connect' },
      events: [],
      inbox: [],
    };
    const store = { load: () => Promise.resolve([stored]) } as unknown as EventStore;
    const plans = { known: () => undefined, load: plan } as unknown as PlanCache;
    return new InstanceLoader(store, plans).load(cache, [id], new Set());
  };

  it('takes data that quotes the words of an outage for broken', async () => {
    const { broken } = await load(() => Promise.resolve({}));
    expect(broken.get(id)).toMatchObject({ name: 'SyntaxError', message: expect.stringContaining('connect') as unknown });
  });

  it('fails as a whole when the database goes away while it asks for a definition', async () => {
    const away = new Error('Connection terminated unexpectedly');
    await expect(load(() => Promise.reject(away))).rejects.toBe(away);
  });
});
