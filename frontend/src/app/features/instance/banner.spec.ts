import type { InstanceView, StepView } from '@engine/view/instance-view';
import { bannerOf } from './banner';
import { byWeight, openReasons, untilText } from './reasons';
import { factsAt } from './step-facts';
import { factSources, tasks, viewed } from './testing/facts';

const failure = { code: 'GATEWAY_TIMEOUT', message: 'no answer', retryable: true };
type Told = Parameters<typeof openReasons>[2];

function banner(steps: StepView[], view: Partial<InstanceView> = {}, now = 0, told: Told = []) {
  const sources = factSources(tasks('a', 'b'), steps, {}, { view });
  const reasons = byWeight(openReasons(sources.view, [], told));
  return bannerOf({ view: sources.view, reasons, factsAt: (path) => factsAt(path, sources), now });
}

describe('bannerOf', () => {
  it('names the step that is tried again next, and when', () => {
    const retrying = (path: string, dueAt: number) => viewed(path, 'retrying', { dueAt, error: failure });
    expect(banner([retrying('a', 9_000), retrying('b', 5_000)])).toMatchObject({
      state: 'retrying',
      step: 'b',
      text: 'failed 1 of 3: no answer',
      until: 'in 5 s',
      code: 'GATEWAY_TIMEOUT',
    });
  });

  it('names the step an instance failed by', () =>
    expect(
      banner([viewed('a', 'failed', { attempt: 3 })], { status: 'failed', error: { code: 'X', message: 'broken', path: 'a' } }),
    ).toMatchObject({ state: 'failed', step: 'a', code: 'X', text: 'failed 3 of 3: broken' }));

  it('says why nothing moves, once that takes a while', () => {
    const steps = [viewed('a', 'scheduled', { scheduledAt: 1_000 })];
    const told: Told = [{ path: 'a', reason: 'no_worker', text: 'no live worker serves it' }];
    expect(banner(steps, {}, 2_000, told)).toBeUndefined();
    expect(banner(steps, {}, 10_000, told)).toMatchObject({ step: 'a', text: 'no live worker serves it' });
    const busy = [...steps, viewed('b', 'running')];
    expect(banner(busy, {}, 10_000, told)).toBeDefined();
    expect(banner(busy, {}, 10_000, [{ path: 'a', reason: 'queued', text: 'queued' }])).toBeUndefined();
  });

  it('puts a person before an event, and an event before a sleep', () => {
    const nap = viewed('a', 'waiting', { wait: { kind: 'timer', dueAt: 9_000 }, dueAt: 9_000 });
    const ask = viewed('b', 'waiting', {
      wait: { kind: 'ask', name: 'ok', ask: { name: 'ok', kind: 'approval' }, assignees: ['ada'] },
    });
    expect(banner([nap, ask])).toMatchObject({ state: 'asking', step: 'b', text: 'waits for an answer to "ok" of ada' });
    expect(banner([nap])).toMatchObject({ state: 'waiting', step: 'a', text: 'sleeps', until: '9 s left' });
  });

  it('tells a pause first, and by whom', () =>
    expect(
      banner([viewed('a', 'waiting', { wait: { kind: 'emit' } })], { status: 'paused', pausedAt: 1, by: 'ada', reason: 'lunch' }),
    ).toMatchObject({ state: 'paused', text: 'Paused by ada: lunch' }));

  it('counts what has been undone, and names what could not be', () => {
    const compensation = { order: 'reverse' as const, paths: ['b', 'a'], failures: [] };
    const steps = [viewed('b', 'compensated'), viewed('a', 'compensating')];
    expect(banner(steps, { status: 'compensating', compensation })?.text).toContain('1 of 2');
    const failures = [{ path: 'a', code: 'GONE', message: 'no such charge' }];
    expect(banner(steps, { status: 'compensation_failed', compensation: { ...compensation, failures } })).toMatchObject({
      step: 'a',
      code: 'GONE',
    });
  });

  it('gives the reason of a cancel', () =>
    expect(banner([], { status: 'cancelled', reason: 'typo' })?.text).toBe('Cancelled: typo'));
  it('is silent when all goes well', () => expect(banner([viewed('a', 'running')])).toBeUndefined());
});

describe('openReasons', () => {
  const locked = viewed('a', 'waiting', { wait: { kind: 'lock', key: 'k', limit: 1 } });
  const reasonsOf = (steps: StepView[], told: Told) => openReasons(factSources(tasks('a'), steps).view, [], told);

  it('takes from the server what only it knows', () =>
    expect(reasonsOf([locked], [{ path: 'a', reason: 'lock', text: 'held by 7' }])[0]?.text).toBe('held by 7'));
  it('believes the log where the server spoke of what is over', () =>
    expect(reasonsOf([locked], [{ path: 'a', reason: 'no_worker', text: 'old news' }])[0]?.text).toBe('waits for lock "k"'));
  it('says of a wait when it is given up, and of what is past nothing', () => {
    expect(untilText({ reason: 'event', until: 5_000 }, 1_000)).toBe('gives up in 4 s');
    expect(untilText({ reason: 'event', until: 5_000 }, 6_000)).toBeUndefined();
  });
});
