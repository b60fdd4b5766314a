import type { AuditEvent } from '../model/audit-event.js';
import { emptyInstanceView, foldInstanceView, type InstanceView, ViewFold } from './instance-view.js';

type Told = Pick<AuditEvent, 'type'> & { path?: string; attempt?: number; data?: object };

const eventsOf = (told: readonly Told[], from = 1): AuditEvent[] =>
  told.map(
    (event, index) => ({ generation: 1, at: 1_000 * (from + index), data: {}, ...event, seq: from + index }) as AuditEvent,
  );
const started: Told = { type: 'instanceStarted', data: { input: {} } };
const viewOf = (...told: Told[]): InstanceView => foldInstanceView(emptyInstanceView, eventsOf([started, ...told]));
const scheduled = (path: string): Told => ({
  type: 'stepScheduled',
  path,
  attempt: 1,
  data: { task: 't', queue: 'q', incarnation: 1 },
});
const completed = (path: string, data: object = {}): Told => ({ type: 'stepCompleted', path, data: { output: null, ...data } });
const failure = { code: 'BOOM', message: 'boom', retryable: false };

describe('foldInstanceView', () => {
  it('comes to the same however the log is cut, and leaves earlier views alone', () => {
    const events = eventsOf([
      started,
      scheduled('a'),
      { type: 'stepRetryScheduled', path: 'a', attempt: 2, data: { token: 2, failure, dueAt: 9_000 } },
      { ...scheduled('a'), attempt: 2 },
      completed('a', { output: { n: 1 } }),
      { type: 'blockEntered', path: 'each', data: { items: [1, 2] } },
      { type: 'scopesOpened', path: 'each', data: { keys: ['0', '1'] } },
      scheduled('each/0/x'),
    ]);
    const whole = foldInstanceView(emptyInstanceView, events);
    const views = events.reduce<InstanceView[]>(
      (all, event) => [...all, foldInstanceView(all.at(-1)!, [event])],
      [emptyInstanceView],
    );
    expect(views.at(-1)).toEqual(whole);
    const fold = new ViewFold(views[2]!);
    for (const event of events) fold.takeAll([event]);
    expect([fold.seq, fold.result()]).toEqual([events.length, whole]);
    expect(foldInstanceView(whole, events)).toBe(whole);
    expect(views[2]!.steps.get('a')!.attempts).toEqual([{ attempt: 1, token: 2, status: 'scheduled', scheduledAt: 2_000 }]);
    expect(emptyInstanceView.steps.size).toBe(0);
  });

  it('waits when only a clock, a message or a person can move it', () => {
    const view = viewOf({ type: 'timerStarted', path: 'nap', data: { dueAt: 60_000 } });
    expect(view.status).toBe('waiting');
    expect(view.steps.get('nap')).toMatchObject({
      status: 'waiting',
      dueAt: 60_000,
      wait: { kind: 'timer', dueAt: 60_000 },
      attempts: [],
    });
    expect(viewOf({ type: 'timerStarted', path: 'nap', data: { dueAt: 60_000 } }, scheduled('a')).status).toBe('running');
  });

  it('tells what a wait waits for, and drops it when it has come', () => {
    const event = { id: 'e1', name: 'paid', payload: 1, at: 3 };
    const waiting = viewOf(
      { type: 'eventAwaited', path: 'w', data: { names: ['paid', 'packed'], match: 'all', key: '7', timeoutAt: 9_000 } },
      { type: 'eventTaken', path: 'w', data: { event } },
    );
    expect(waiting.steps.get('w')).toMatchObject({
      timeoutAt: 9_000,
      wait: { kind: 'event', names: ['paid', 'packed'], match: 'all', key: '7', taken: ['paid'] },
    });
    const ended = foldInstanceView(waiting, eventsOf([completed('w', { because: 'timeout' })], waiting.seq + 1));
    expect(ended.steps.get('w')).toMatchObject({ status: 'completed', because: 'timeout', wait: undefined });
  });

  it('counts the events nobody has waited for yet', () => {
    const event = (id: string): object => ({ event: { id, name: 'n', payload: null, at: 1 } });
    const view = viewOf(
      { type: 'eventKept', data: event('e1') },
      { type: 'eventKept', data: event('e2') },
      { type: 'eventAwaited', path: 'w', data: { names: ['n'], match: 'any' } },
      { type: 'eventTaken', path: 'w', data: event('e1') },
    );
    expect([...view.keptEvents]).toEqual(['e2']);
  });

  it('knows who has an ask', () => {
    const opened = { name: 'ok', kind: 'approval', prompt: 'Ship it?', assignees: ['ada'] };
    const ask = (...told: Told[]) => viewOf({ type: 'askOpened', path: 'q', data: opened }, ...told).steps.get('q')!.wait;
    const claimed: Told = { type: 'askClaimed', path: 'q', data: { by: 'ada' } };
    expect(ask(claimed)).toMatchObject({ kind: 'ask', name: 'ok', assignees: ['ada'], claimedBy: 'ada' });
    const passedOn = ask(claimed, { type: 'askReassigned', path: 'q', data: { assignees: ['bob'] } });
    expect(passedOn).toMatchObject({ assignees: ['bob'], claimedBy: undefined });
  });

  it('counts the parts of an open block as they end, and takes the exact figures when it has ended', () => {
    const entered: Told[] = [
      { type: 'blockEntered', path: 'each', data: { items: [1, 2, 3] } },
      { type: 'scopesOpened', path: 'each', data: { keys: ['0', '1'] } },
      scheduled('each/0/x'),
      scheduled('each/1/x'),
      completed('each/0/x'),
      scheduled('each/0/y'),
      { type: 'stepFailed', path: 'each/1/x', data: { failure } },
    ];
    expect(viewOf(...entered).steps.get('each')).toMatchObject({
      isBlock: true,
      begun: 2,
      counts: { total: 3, completed: 0, failed: 1, cancelled: 0 },
    });
    expect(viewOf(...entered, completed('each/0/y')).steps.get('each')!.counts).toMatchObject({ completed: 1, failed: 1 });
    const counts = { total: 3, completed: 2, failed: 1, cancelled: 0 };
    expect(viewOf(...entered, completed('each', { counts })).steps.get('each')!.counts).toEqual(counts);
  });

  it('shows what a retry of the instance opens again, with the attempts there were', () => {
    const view = viewOf(
      scheduled('a'),
      { type: 'blockEntered', path: 'each', data: { items: [1] } },
      scheduled('each/0/x'),
      { type: 'stepFailed', path: 'each/0/x', data: { failure } },
      { type: 'stepFailed', path: 'each', data: { failure } },
      { type: 'stepBlocked', path: 'b' },
      completed('a'),
      { type: 'instanceFailed', data: { error: failure } },
      { type: 'instanceRetried', data: { by: 'ada' } },
    );
    const statuses = [...view.steps.values()].map(({ path, status }) => [path, status]);
    expect(Object.fromEntries(statuses)).toEqual({ a: 'completed', each: 'running', 'each/0/x': 'pending', b: 'pending' });
    expect(view).toMatchObject({ status: 'waiting', error: undefined, endedAt: undefined, by: 'ada' });
    expect(view.steps.get('each/0/x')!.attempts).toHaveLength(1);
  });

  it('starts a new round with nothing but the events that were kept', () => {
    const view = viewOf({ type: 'eventKept', data: { event: { id: 'e1', name: 'n', payload: null, at: 1 } } }, completed('a'), {
      type: 'instanceStartedAgain',
      data: { input: { n: 2 } },
    });
    expect(view).toMatchObject({ status: 'running', input: { n: 2 }, rounds: 1, openSteps: 0 });
    expect([view.steps.size, view.keptEvents.size]).toEqual([0, 1]);
  });

  it('shows a step as being undone while its compensation runs, and as undone after', () => {
    const undoing = [completed('pay'), { type: 'instanceCompensating', data: { cause: { as: 'failed' }, order: 'reverse', paths: ['pay'] } }, scheduled('pay/~undo')] as Told[]; // prettier-ignore
    const statusOf = (...told: Told[]) => viewOf(...undoing, ...told).steps.get('pay')!.status;
    expect([viewOf(...undoing).status, statusOf()]).toEqual(['compensating', 'compensating']);
    expect(statusOf(completed('pay/~undo'))).toBe('compensated');
    const failed = viewOf(
      ...undoing,
      { type: 'stepFailed', path: 'pay/~undo', data: { failure } },
      { type: 'instanceCompensationFailed', data: { failures: [{ path: 'pay', code: 'BOOM', message: 'boom' }] } },
    );
    expect(failed.status).toBe('compensation_failed');
    expect(failed.steps.get('pay')).toMatchObject({ status: 'completed', undoError: { code: 'BOOM' } });
  });

  it('moves relative clocks by the length of a pause, absolute ones not', () => {
    const view = viewOf(
      { type: 'timerStarted', path: 'for', data: { dueAt: 60_000 } },
      { type: 'timerStarted', path: 'until', data: { dueAt: 60_000, isAbsolute: true } },
      { type: 'eventAwaited', path: 'w', data: { names: ['n'], match: 'any', timeoutAt: 50_000 } },
      { type: 'instancePaused', data: { by: 'ada', reason: 'lunch' } },
    );
    expect(view).toMatchObject({ status: 'paused', pausedAt: 5_000, by: 'ada', reason: 'lunch' });
    const on = foldInstanceView(view, eventsOf([{ type: 'instanceResumed', data: { pausedMs: 5_000 } }], view.seq + 1));
    expect(['for', 'until', 'w'].map((path) => on.steps.get(path)!.dueAt ?? on.steps.get(path)!.timeoutAt)).toEqual([
      65_000, 60_000, 55_000,
    ]);
    expect(on).toMatchObject({ status: 'waiting', pausedAt: undefined });
  });

  it('stays linear: 10,000 attempts of one step, and 50,000 steps', () => {
    const attempts: Told[] = [];
    for (let attempt = 1; attempt <= 10_000; attempt += 1) {
      attempts.push({ ...scheduled('a'), attempt });
      attempts.push({ type: 'stepRetryScheduled', path: 'a', attempt: attempt + 1, data: { token: 1, failure, dueAt: 1 } });
    }
    const wide = Array.from({ length: 50_000 }, (_, index) => scheduled(`each/${index}/x`));
    const begun = performance.now();
    expect(viewOf(...attempts).steps.get('a')!.attempts).toHaveLength(10_000);
    expect(viewOf(...wide).activeSteps).toBe(50_000);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});
