import { initialLiveState } from '../live/live-state';
import { indicatorLook } from './live-indicator';

describe('indicatorLook', () => {
  const at = (change: object) => indicatorLook({ ...initialLiveState, ...change }, 12, 1_000);
  it('says how much waits behind a pause, whatever the connection does', () =>
    expect(at({ isPaused: true, phase: 'reconnecting' })).toMatchObject({ kind: 'paused', more: '12 new' }));
  it('counts down to the next attempt', () =>
    expect(at({ phase: 'reconnecting', retryAt: 3_400 })).toMatchObject({ kind: 'reconnecting', more: '3 s' }));
  it.each(['live', 'stale', 'polling', 'offline'] as const)('shows %s as itself', (phase) =>
    expect(at({ phase }).kind).toBe(phase),
  );
});
