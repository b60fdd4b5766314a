import type { StepSummary } from '@contracts/rest/steps';
import { emptyInstanceView, type InstanceView, type StepView } from '@engine/view/instance-view';
import { bannerOf } from './banner';
import { countDone, figureText, stateText, stepFacts, type StepFacts } from './step-facts';

const summary = (path: string, more: Partial<StepSummary> = {}): StepSummary => ({
  path,
  type: 'task',
  title: null,
  task: 'echo',
  queue: 'default',
  status: 'pending',
  attempt: 0,
  maxAttempts: 3,
  needs: [],
  reason: null,
  reasonText: null,
  worker: null,
  scheduledAt: null,
  startedAt: null,
  endedAt: null,
  dueAt: null,
  error: null,
  ...more,
});
const viewOf = (status: InstanceView['status'], ...steps: StepView[]): InstanceView => ({
  ...emptyInstanceView,
  seq: 9,
  status,
  steps: new Map(steps.map((step) => [step.path, step])),
});
const step = (path: string, status: StepView['status'], more: Partial<StepView> = {}): StepView => ({
  path,
  status,
  attempt: 1,
  attempts: [],
  ...more,
});
const only = (steps: readonly StepFacts[]): StepFacts => steps[0]!;
const failure = { code: 'GATEWAY_TIMEOUT', message: 'no answer', retryable: true };

describe('stepFacts', () => {
  it('shows what was never touched as not reached', () =>
    expect(only(stepFacts([summary('a')], viewOf('running'), [])).state).toBe('notReached'));
  it('believes the summary until the stream has spoken', () =>
    expect(only(stepFacts([summary('a', { status: 'completed' })], emptyInstanceView, [])).state).toBe('completed'));
  it('tells a step in the backlog from one that was sent', () => {
    expect(only(stepFacts([summary('a')], viewOf('running', step('a', 'scheduled', { isQueued: true })), [])).state).toBe(
      'queued',
    );
  });
  it('shows a scheduled step as running once a worker has begun that very attempt', () => {
    const attempts = [{ attempt: 1, token: 4, status: 'scheduled' as const, scheduledAt: 1 }];
    const view = viewOf('running', step('a', 'scheduled', { attempts }));
    const begun = { path: 'a', token: 4, worker: 'w-1', startedAt: '2026-11-21T08:00:00.000Z' };
    expect(only(stepFacts([summary('a')], view, [begun]))).toMatchObject({
      state: 'running',
      worker: 'w-1',
      startedAt: Date.parse(begun.startedAt),
    });
    expect(only(stepFacts([summary('a')], view, [{ ...begun, token: 3 }])).state).toBe('scheduled');
  });
  it('does not show an ended step as running, however late the news of its beginning', () => {
    const begun = { path: 'a', token: 4, worker: 'w-1', startedAt: '2026-11-21T08:00:00.000Z' };
    expect(only(stepFacts([summary('a')], viewOf('running', step('a', 'completed')), [begun])).state).toBe('completed');
  });
  it('counts completed and skipped as done', () => {
    const steps = stepFacts(
      ['a', 'b', 'c'].map((path) => summary(path)),
      viewOf('running', step('a', 'completed'), step('b', 'skipped')),
      [],
    );
    expect(countDone(steps)).toBe(2);
  });
});

describe('texts of a step', () => {
  const facts = (view: StepView): StepFacts => only(stepFacts([summary('a')], viewOf('running', view), []));
  it('counts down to the next attempt and shows which it was', () => {
    const retrying = facts(step('a', 'retrying', { attempt: 2, dueAt: 6_500, error: failure }));
    expect([stateText(retrying, 1_000), figureText(retrying, 1_000)]).toEqual(['Retrying in 6 s', '2/3']);
    expect(stateText(retrying, 7_000)).toBe('Retrying');
  });
  it('shows how long it runs, and in which try', () =>
    expect(figureText(facts(step('a', 'running', { attempt: 2, startedAt: 1_000 })), 5_000)).toBe('2/3 · 4 s'));
  it('shows how long it took', () =>
    expect(figureText(facts(step('a', 'completed', { startedAt: 1_000, endedAt: 1_412 })), 0)).toBe('412 ms'));
  it('says why a step will never run', () => expect(stateText(facts(step('a', 'blocked')), 0)).toBe('Upstream failed'));
});

describe('bannerOf', () => {
  const banner = (view: InstanceView, summaries: StepSummary[], now = 0) => bannerOf(view, stepFacts(summaries, view, []), now);

  it('names the step that is tried again next, and when', () => {
    const view = viewOf(
      'waiting',
      step('a', 'retrying', { dueAt: 9_000, error: failure }),
      step('b', 'retrying', { dueAt: 5_000, error: failure }),
    );
    expect(banner(view, [summary('a'), summary('b')])).toMatchObject({
      state: 'retrying',
      step: 'b',
      until: 5_000,
      code: 'GATEWAY_TIMEOUT',
    });
  });
  it('names the step an instance failed by', () => {
    const view = { ...viewOf('failed', step('a', 'failed', { attempt: 3 })), error: { code: 'X', message: 'broken', path: 'a' } };
    expect(banner(view, [summary('a')])).toMatchObject({ state: 'failed', step: 'a', code: 'X', text: 'failed 3 of 3: broken' });
  });
  it('says why nothing moves, once that takes a while', () => {
    const view = viewOf('running', step('a', 'scheduled', { scheduledAt: 1_000 }));
    const waiting = [summary('a', { reasonText: 'No worker serves the task echo' })];
    expect(banner(view, waiting, 2_000)).toBeUndefined();
    expect(banner(view, waiting, 10_000)).toMatchObject({ step: 'a', text: 'No worker serves the task echo' });
  });
  it('gives the reason of a cancel', () =>
    expect(banner({ ...viewOf('cancelled'), reason: 'typo' }, [])?.text).toBe('Cancelled: typo'));
  it('is silent when all goes well', () =>
    expect(banner(viewOf('running', step('a', 'running')), [summary('a')])).toBeUndefined());
});
