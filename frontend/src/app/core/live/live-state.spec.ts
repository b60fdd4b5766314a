import {
  failuresUntilPolling,
  initialLiveState,
  nextLiveState,
  reconnectDelayMs,
  type LiveEvent,
  type LiveState,
} from './live-state';

const run = (...events: LiveEvent[]): LiveState => events.reduce(nextLiveState, initialLiveState);
const opened: LiveEvent = { type: 'opened', now: 500 };
const closed: LiveEvent = { type: 'closed', now: 1_000, draw: 0 };
const manyClosed = Array.from({ length: failuresUntilPolling }, () => closed);

describe('nextLiveState', () => {
  it('is live once the socket opened', () => expect(run(opened).phase).toBe('live'));

  it('reconnects after a close, later each time', () => {
    const first = run(opened, closed);
    expect(first).toMatchObject({ phase: 'reconnecting', failures: 1, retryAt: 1_250 });
    expect(nextLiveState(first, closed)).toMatchObject({ failures: 2, retryAt: 1_500 });
  });

  it('plans no attempt once it opened again', () => expect(run(closed, closed, opened)).toMatchObject({ retryAt: undefined }));

  it('forgets failures after a connection that lasted, and not after one that did not', () => {
    const again = run(closed, closed, opened);
    expect(nextLiveState(again, { type: 'closed', now: 10_499, draw: 0 }).failures).toBe(3);
    expect(nextLiveState(again, { type: 'closed', now: 10_500, draw: 0 }).failures).toBe(1);
  });

  it('is stale in silence, and live again at the next word', () => {
    expect(run(opened, { type: 'silent' }).phase).toBe('stale');
    expect(run(opened, { type: 'silent' }, { type: 'heard' }).phase).toBe('live');
  });

  it('polls when sockets fail and asking works, and is offline when that fails too', () => {
    const polling = run(...manyClosed, { type: 'polled', isReachable: true });
    expect(polling.phase).toBe('polling');
    expect(nextLiveState(polling, { type: 'polled', isReachable: false }).phase).toBe('offline');
  });

  it('stays polling while further attempts fail, and is live at the first that opens', () => {
    const polling = run(...manyClosed, { type: 'polled', isReachable: true }, closed);
    expect(polling.phase).toBe('polling');
    expect(nextLiveState(polling, opened).phase).toBe('live');
  });

  it('does not take one failure for a blocked network', () =>
    expect(run(closed, { type: 'polled', isReachable: true }).phase).toBe('reconnecting'));

  it('sleeps while hidden, whatever closes, and connects when shown', () => {
    const sleeping = run(opened, { type: 'hidden' }, closed);
    expect(sleeping.phase).toBe('sleeping');
    expect(nextLiveState(sleeping, { type: 'shown' }).phase).toBe('connecting');
  });

  it('keeps a pause over a reconnection', () => {
    expect(run({ type: 'paused', isPaused: true }, closed, opened)).toMatchObject({ isPaused: true, phase: 'live' });
  });
});

describe('reconnectDelayMs', () => {
  it('doubles up to fifteen seconds', () =>
    expect([1, 2, 3, 10].map((failures) => reconnectDelayMs(failures, 0.999999))).toEqual([500, 1_000, 2_000, 15_000]));
  it('spreads over the upper half', () => expect(reconnectDelayMs(1, 0)).toBe(250));
});
