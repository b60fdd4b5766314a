import type { StepSummary } from '@contracts/rest/steps';
import { emptyInstanceView, type StepView, type WaitView } from '@engine/view/instance-view';
import { outlineOf } from '../outline/outline';
import { countDone, factsAt, stepFacts, type StepFacts } from './step-facts';
import { figureText, stateText } from './step-words';
import { factSources, tasks, viewed } from './testing/facts';

const begun = { path: 'a', token: 4, worker: 'w-1', startedAt: '2026-11-21T08:00:00.000Z' };
const failure = { code: 'GATEWAY_TIMEOUT', message: 'no answer', retryable: true };
const factsOfA = (view?: StepView, running = begun): StepFacts =>
  stepFacts(factSources(tasks('a'), view ? [view] : [], {}, { running: [running] }))[0]!;

describe('stepFacts', () => {
  it('shows what was never touched as not reached', () => expect(factsOfA().state).toBe('notReached'));

  it('believes the summary until the stream has spoken', () => {
    const summaries = new Map([['a', { path: 'a', status: 'completed' } as StepSummary]]);
    const sources = { ...factSources(tasks('a'), []), view: emptyInstanceView, summaries };
    expect(stepFacts(sources)[0]!.state).toBe('completed');
  });

  it('tells a step in the backlog from one that was sent', () =>
    expect(factsOfA(viewed('a', 'scheduled', { isQueued: true, attempts: [{ attempt: 1, token: 9, status: 'scheduled', scheduledAt: 1 }] })).state).toBe('queued')); // prettier-ignore

  it('shows a scheduled step as running once a worker has begun that very attempt', () => {
    const attempts = [{ attempt: 1, token: 4, status: 'scheduled' as const, scheduledAt: 1 }];
    const view = viewed('a', 'scheduled', { attempts });
    expect(factsOfA(view)).toMatchObject({ state: 'running', worker: 'w-1', startedAt: Date.parse(begun.startedAt) });
    expect(factsOfA(view, { ...begun, token: 3 }).state).toBe('scheduled');
  });

  it('does not show an ended step as running, however late the news of its beginning', () =>
    expect(factsOfA(viewed('a', 'completed')).state).toBe('completed'));

  it('counts completed and skipped as done', () =>
    expect(countDone(stepFacts(factSources(tasks('a', 'b', 'c'), [viewed('a', 'completed'), viewed('b', 'skipped')])))).toBe(2));

  it('finds a step inside an item, with the paths of its needs', () => {
    const outline = outlineOf({
      steps: [
        {
          id: 'each',
          type: 'forEach',
          steps: [
            { id: 'x', task: 't' },
            { id: 'y', task: 't' },
          ],
        },
      ],
    });
    const sources = factSources(outline, [viewed('each/3/y', 'failed', { error: failure })]);
    expect(factsAt('each/3/y', sources)).toMatchObject({ name: 'y', type: 'task', needs: ['each/3/x'], state: 'failed' });
    expect(factsAt('each', sources)).toMatchObject({ isBlock: true, state: 'notReached' });
    expect(factsAt('nowhere', sources)).toBeUndefined();
  });
});

describe('texts of a step', () => {
  it('counts down to the next attempt and shows which it was', () => {
    const retrying = factsOfA(viewed('a', 'retrying', { attempt: 2, dueAt: 6_500, error: failure }));
    expect([stateText(retrying, 1_000), figureText(retrying, 1_000)]).toEqual(['Retrying in 6 s', '2/3']);
    expect(stateText(retrying, 7_000)).toBe('Retrying');
  });
  it('shows how long it runs, and in which try', () =>
    expect(figureText(factsOfA(viewed('a', 'running', { attempt: 2, startedAt: 1_000 })), 5_000)).toBe('2/3 · 4 s'));
  it('shows how long it took', () =>
    expect(figureText(factsOfA(viewed('a', 'completed', { startedAt: 1_000, endedAt: 1_412 })), 0)).toBe('412 ms'));
  it('says why a step will never run', () => expect(stateText(factsOfA(viewed('a', 'blocked')), 0)).toBe('Upstream failed'));

  it.each<[WaitView, string]>([
    [{ kind: 'timer', dueAt: 9_000 }, 'Sleeping'],
    [{ kind: 'event', names: ['paid', 'packed'], match: 'all', taken: ['paid'] }, 'Event packed'],
    [{ kind: 'child', childId: 'c', workflow: 'order.ship' }, 'Child order.ship'],
    [{ kind: 'lock', key: 'till-3', limit: 1 }, 'Lock till-3'],
    [{ kind: 'emit' }, 'Sending'],
    [{ kind: 'ask', name: 'ok', ask: { name: 'ok', kind: 'approval' }, assignees: [] }, 'Asks anybody'],
    [{ kind: 'ask', name: 'ok', ask: { name: 'ok', kind: 'approval' }, assignees: ['ada', 'bob'] }, 'Asks ada, bob'],
    [{ kind: 'ask', name: 'ok', ask: { name: 'ok', kind: 'approval' }, assignees: ['ada', 'bob'], claimedBy: 'bob' }, 'Asks bob'],
  ])('says what is waited for: %j', (wait, words) =>
    expect(stateText(factsOfA(viewed('a', 'waiting', { wait })), 0)).toBe(words),
  );

  it('counts down a wait to its end', () => {
    const wait: WaitView = { kind: 'timer', dueAt: 61_000 };
    expect(figureText(factsOfA(viewed('a', 'waiting', { wait, dueAt: 61_000 })), 1_000)).toBe('1 min');
  });

  it('shows how far a block is', () => {
    const outline = outlineOf({
      steps: [
        { id: 'a', type: 'forEach', steps: [] },
        { id: 'b', type: 'branch', cases: [{ id: 'yes', steps: [] }] },
      ],
    });
    const counts = { total: 50_000, completed: 1_200, failed: 3, cancelled: 0 };
    const [each, pick] = stepFacts(
      factSources(outline, [viewed('a', 'running', { counts }), viewed('b', 'running', { taken: ['yes'] })]),
    );
    expect(figureText(each!, 0)).toBe('1,203 / 50,000');
    expect(stateText(pick!, 0)).toBe('Took yes');
  });
});
