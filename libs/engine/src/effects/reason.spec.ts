import type { AuditEvent } from '../model/audit-event.js';
import { emptyInstanceView, foldInstanceView, type InstanceView } from '../view/instance-view.js';
import { type ReasonFacts, reasons } from './reason.js';

type Told = Pick<AuditEvent, 'type'> & { path?: string; attempt?: number; data?: object };

const viewOf = (...told: Told[]): InstanceView => {
  const started: Told = { type: 'instanceStarted', data: { input: {} } };
  const events = [started, ...told].map((event, at) => ({ generation: 1, at: 1_000, data: {}, ...event, seq: at + 1 }));
  return foldInstanceView(emptyInstanceView, events as AuditEvent[]);
};
const facts: ReasonFacts = { isServed: () => true, runningOn: () => undefined };
const why = (told: Told[], known: Partial<ReasonFacts> = {}) => reasons(viewOf(...told), { ...facts, ...known });
const scheduled: Told = { type: 'stepScheduled', path: 'a', attempt: 1, data: { task: 't', queue: 'q', incarnation: 1 } };
const backlog: Told = { ...scheduled, data: { task: 't', queue: 'q' } };
const failure = { code: 'BOOM', message: 'boom', retryable: true };
const asked = { name: 'ok', kind: 'approval', assignees: ['ada', 'bob'] };

describe('reasons', () => {
  it.each<[string, Told[], Partial<ReasonFacts>, string, string, number | undefined]>([
    ['a queue that is full', [backlog], {}, 'queued', 'queued: queue "q" has as much work as its workers take', undefined],
    ['no worker', [scheduled], { isServed: () => false }, 'no_worker', 'no live worker serves task "t" on queue "q"', undefined],
    ['a free worker', [scheduled], {}, 'sent', 'sent to queue "q", waiting for a free worker', undefined],
    ['a worker that has begun', [scheduled], { runningOn: () => 'w1' }, 'running', 'running on w1', undefined],
    [
      'the next attempt',
      [scheduled, { type: 'stepRetryScheduled', path: 'a', data: { token: 2, failure, dueAt: 9_000 } }],
      {},
      'retry',
      'attempt 1 failed with BOOM; attempt 2 is due',
      9_000,
    ],
    ['time', [{ type: 'timerStarted', path: 'a', data: { dueAt: 9_000 } }], {}, 'timer', 'sleeps', 9_000],
    [
      'any event of several',
      [{ type: 'eventAwaited', path: 'a', data: { names: ['x', 'y'], match: 'any', key: '7', timeoutAt: 9_000 } }],
      {},
      'event',
      'waits for events "x" or "y" with key "7"',
      9_000,
    ],
    [
      'the rest of all events',
      [
        { type: 'eventAwaited', path: 'a', data: { names: ['x', 'y'], match: 'all' } },
        { type: 'eventTaken', path: 'a', data: { event: { id: '1', name: 'x', payload: null, at: 1 } } },
      ],
      {},
      'event',
      'waits for event "y"',
      undefined,
    ],
    ['people', [{ type: 'askOpened', path: 'a', data: asked }], {}, 'ask', 'waits for an answer to "ok" of ada, bob', undefined],
    [
      'the one who claimed it',
      [
        { type: 'askOpened', path: 'a', data: asked },
        { type: 'askClaimed', path: 'a', data: { by: 'bob' } },
      ],
      {},
      'ask',
      'waits for an answer to "ok", claimed by bob',
      undefined,
    ],
    ['a broker', [{ type: 'emitRequested', path: 'a' }], {}, 'emit', 'waits until what it sends has been taken', undefined],
    [
      'a child',
      [{ type: 'childRequested', path: 'a', data: { childId: 'c1', workflow: 'ship', input: null } }],
      {},
      'child',
      'waits for ship c1',
      undefined,
    ],
    [
      'a lock',
      [{ type: 'lockRequested', path: 'a', data: { key: 'k', limit: 1 } }],
      { holderOf: () => 'i2' },
      'lock',
      'waits for lock "k", held by i2',
      undefined,
    ],
    [
      'the delay of a repeat',
      [
        { type: 'blockEntered', path: 'a' },
        { type: 'roundDelayed', path: 'a', data: { dueAt: 9_000 } },
      ],
      {},
      'delay',
      'waits before its next round',
      9_000,
    ],
    [
      'a worker to stop',
      [scheduled, { type: 'stepCancelling', path: 'a', data: { token: 2, abort: 'cancelled' } }],
      {},
      'cancelling',
      'waiting for its worker to stop',
      undefined,
    ],
  ])('tells that a step waits for %s', (_what, told, known, reason, text, until) => {
    const found = why(told, known);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ path: 'a', reason, text });
    expect(found[0]?.until).toBe(until);
  });

  it('names what somebody outside can do something about', () => {
    const names = (type: AuditEvent['type'], data: object, ...more: Told[]) => {
      const [found] = why([{ type, path: 'a', data }, ...more]);
      return [found?.names, found?.key];
    };
    const taken: Told = { type: 'eventTaken', path: 'a', data: { event: { id: '1', name: 'x', payload: null, at: 1 } } };
    expect(names('eventAwaited', { names: ['x', 'y'], match: 'all', key: '7' }, taken)).toEqual([['y'], '7']);
    expect(names('eventAwaited', { names: ['x'], match: 'any' })).toEqual([['x'], undefined]);
    expect(names('askOpened', asked)).toEqual([['ok'], undefined]);
    expect(names('lockRequested', { key: 'k', limit: 1 })).toEqual([undefined, 'k']);
    expect(names('timerStarted', { dueAt: 9_000 })).toEqual([undefined, undefined]);
  });

  it('says nothing of a block that only waits for what is in it', () => {
    const inside: Told = { ...scheduled, path: 'a/body/x' };
    expect(why([{ type: 'blockEntered', path: 'a' }, inside]).map(({ path }) => path)).toEqual(['a/body/x']);
  });

  it('says first that the instance is paused, when relative clocks stand still', () => {
    const found = why([
      { type: 'timerStarted', path: 'for', data: { dueAt: 9_000 } },
      { type: 'timerStarted', path: 'until', data: { dueAt: 9_000, isAbsolute: true } },
      { type: 'instancePaused', data: { by: 'ada', reason: 'audit' } },
    ]);
    expect(found.map(({ path, text, until }) => [path, text, until])).toEqual([
      ['', 'paused by ada: audit', undefined],
      ['for', 'sleeps', undefined],
      ['until', 'sleeps until its time has come', 9_000],
    ]);
  });

  it('says so of a step that is being undone', () => {
    const done: Told = { type: 'stepCompleted', path: 'pay', data: { output: null } };
    const undo: Told = { ...scheduled, path: 'pay/~undo' };
    expect(why([done, undo]).map(({ path, reason }) => [path, reason])).toEqual([
      ['pay', 'compensating'],
      ['pay/~undo', 'sent'],
    ]);
  });

  it('tells no more than asked for', () => {
    const many = Array.from({ length: 30 }, (_, index): Told => ({ ...scheduled, path: `s${index}` }));
    expect(why(many)).toHaveLength(20);
  });
});
