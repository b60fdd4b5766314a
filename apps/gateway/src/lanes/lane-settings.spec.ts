import { type LaneRow, type LaneStore, type OperatorLog, unsetLane } from '#libs/persistence';
import type { Config } from '#libs/platform';
import type { LiveFeed } from '../live/live-feed.js';
import { LaneSettings } from './lane-settings.js';

const row = (name: string, given: Partial<LaneRow> = {}): LaneRow => ({ ...unsetLane({ scope: 'queue', name }), ...given });

it('lists what is set, not what was removed again', async () => {
  const rows = [
    row('removed', { by: 'ada', changedAt: 5 }),
    row('slow', { concurrency: 1 }),
    row('metered', { rate: { limit: 1, per: 'hour' } }),
    row('first', { priority: 0 }),
    row('held', { paused: true }),
    { ...row('broken', { breaker: 'open' }), scope: 'task' as const },
  ];
  const store = { list: () => Promise.resolve(rows) } as unknown as LaneStore;
  const settings = new LaneSettings(store, {} as OperatorLog, {} as LiveFeed, {} as Config);
  expect([...(await settings.rows()).keys()]).toEqual([
    'queue slow',
    'queue metered',
    'queue first',
    'queue held',
    'task broken',
  ]);
});
