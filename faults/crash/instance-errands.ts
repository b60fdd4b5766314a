import { limitedQueue } from './documents.js';
import { type Errand, eventually, several, start } from './errand.js';

export const locks: Errand = async (place) => {
  await several(4, () => start(place, 'locked', 'completed', { round: place.round }));
};

export const emits: Errand = async (place) => {
  await several(2, async (n) => {
    const key = `paid-${place.round}-${n}`;
    await start(place, 'waiting', 'completed', { key });
    await start(place, 'emitting', 'completed', { key });
  });
};

/** Two parents that join one child by its key: it is told of, not started, by the second. */
export const joins: Errand = async (place) => {
  await several(4, (n) => start(place, 'joining', 'completed', { key: `join-${place.round}-${n >> 1}` }));
};

export const claims: Errand = async (place) => {
  await several(4, () => start(place, 'claimed', 'completed', { ms: 300 }));
};

export const acts: Errand = async (place) => {
  const id = await start(place, 'sleeping', 'cancelled');
  await place.client.pause(id, { reason: 'an errand' });
  await place.client.resume(id);
  await place.client.cancel(id);
};

export const events: Errand = async (place) => {
  const { client, round } = place;
  const key = `door-${round}`;
  const id = await start(place, 'waiting', 'completed', { key });
  await client.sendEvent({ name: 'paid', key, payload: 1 });
  await eventually(`instance ${id} to end by its event`, async () => (await client.getInstance(id)).status === 'completed');
};

export const bulk: Errand = async (place) => {
  const ids = await several(60, () => start(place, 'sleeping', 'cancelled'));
  const { id } = await place.client.startBulk({ action: 'cancel', ids: ids.sort(), perSecond: 1_000 });
  await eventually(`bulk job ${id} to end`, async () => (await place.client.getBulk(id)).status === 'completed');
};

export const limits: Errand = async (place) => {
  await place.client.setQueue(limitedQueue, { concurrency: 3 });
  await several(8, () => start(place, 'limited', 'completed'));
};
