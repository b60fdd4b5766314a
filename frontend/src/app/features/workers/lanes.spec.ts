import type { Queue, QueueSettings } from '@contracts/rest/capacity';
import { laneFaults, laneForm, toQueueRequest, toTaskRequest } from './lane-form';
import { breakerOf, isFull, pausedText, queueLanes, settingsText } from './lanes';

const now = Date.UTC(2026, 10, 21, 9);
const set = { queue: 'c', concurrency: 2 } as QueueSettings;
const row = (queue: string, task: string, more: object = {}): Queue => ({
  ...{ queue, task, queued: 1, sent: 1, ready: 1, running: 2, workers: 1, slots: 4, oldestAt: null },
  ...{ settings: null, inUse: 0, limit: null },
  ...more,
});

describe('queueLanes', () => {
  it('puts the tasks of a queue together, with what waits and runs in all', () => {
    const lanes = queueLanes([row('a', 't', { settings: { paused: true } }), row('a', 'u'), row('b', 't', { inUse: 3 })], [set]);
    expect(lanes).toMatchObject([
      { name: 'a', waiting: 4, running: 4, settings: { paused: true }, tasks: [{ task: 't' }, { task: 'u' }] },
      { name: 'b', waiting: 2, running: 2, settings: {}, inUse: 3 },
      { name: 'c', waiting: 0, running: 0, settings: { concurrency: 2 }, tasks: [] },
    ]);
  });
});

describe('what is set on a lane', () => {
  it.each([
    [{}, undefined, []],
    [{ concurrency: 5 }, 5, ['5 of 5 in use']],
    [{ concurrency: 5 }, undefined, ['at most 5 at once']],
    [{ concurrency: null, rate: { limit: 1_000, per: 'minute' as const }, priority: 0 }, 1, ['1,000 a minute', 'priority 0']],
  ])('%j with %s in use is %j', (settings, inUse, words) => expect(settingsText(settings, inUse)).toEqual(words));
  it('is full when every slot is in use', () =>
    expect([isFull({ concurrency: 5 }, 5), isFull({ concurrency: 5 }, 4), isFull({}, 4)]).toEqual([true, false, false]));
  it.each([
    [{}, undefined],
    [{ paused: true }, 'Paused'],
    [{ paused: true, by: 'ana', note: 'stock-taking' }, 'Paused by ana: stock-taking'],
  ])('%j pauses: %s', (settings, text) => expect(pausedText(settings)).toBe(text));
  it.each([
    [{}, undefined],
    [{ breaker: 'closed' as const, breakerState: 'closed' as const }, undefined],
    [{ breaker: 'open' as const }, { state: 'open', text: 'Open by hand' }],
    [
      { breaker: 'auto' as const, failuresInRow: 2, breakAfter: 5 },
      { state: 'closed', text: 'Closed: 2 of 5 failures' },
    ],
    [{ breaker: 'auto' as const, breakerState: 'halfOpen' as const }, { state: 'halfOpen' }],
    [
      { breaker: 'auto' as const, breakerState: 'open' as const, opensUntil: new Date(now + 11_200).toISOString() },
      { state: 'open', text: 'Open, tries in 12 s' },
    ],
  ])('%j is a breaker: %j', (settings, breaker) =>
    breaker === undefined
      ? expect(breakerOf(settings, now)).toBeUndefined()
      : expect(breakerOf(settings, now)).toMatchObject(breaker),
  );
});

describe('settings as typed', () => {
  const form = laneForm({});
  it('begin with what is set', () =>
    expect(laneForm({ concurrency: 5, rate: { limit: 10, per: 'hour' }, priority: 0, breakForMs: 1_500 })).toMatchObject({
      ...{ concurrency: '5', rate: '10', per: 'hour', priority: '0', breaker: 'closed', breakFor: '1.5' },
    }));
  it('what is emptied is removed', () => {
    expect(toQueueRequest(form)).toEqual({ concurrency: null, rate: null, priority: null });
    expect(toTaskRequest(form)).toEqual({ concurrency: null, rate: null, breaker: 'closed' });
  });
  it('what is typed is put', () => {
    expect(toQueueRequest({ ...form, concurrency: '5', rate: '10', per: 'minute', priority: '9' })).toEqual({
      ...{ concurrency: 5, rate: { limit: 10, per: 'minute' }, priority: 9 },
    });
    expect(toTaskRequest({ ...form, breaker: 'auto', breakAfter: '3', breakFor: '0.5' })).toMatchObject({
      ...{ breaker: 'auto', breakAfter: 3, breakForMs: 500 },
    });
  });
  it.each([
    ['queue', { concurrency: '0', rate: '1.5', priority: '10' }, ['concurrency', 'rate', 'priority']],
    ['task', { breaker: 'auto' as const, breakAfter: '0', breakFor: 'soon' }, ['breakAfter', 'breakFor']],
    ['task', { breaker: 'closed' as const, breakAfter: '0', priority: '10' }, []],
  ] as const)('of a %s: %j has faults at %j', (scope, part, fields) =>
    expect(laneFaults({ ...form, ...part }, scope).map(({ field }) => field)).toEqual(fields),
  );
});
