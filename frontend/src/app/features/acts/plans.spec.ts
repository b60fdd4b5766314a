import type { ActsApi } from '../../core/api/acts-api';
import { emptyInstanceView, type InstanceView, type StepView } from '@engine/view/instance-view';
import { instancePlan } from './instance-plans';
import { askOf, awaitedNames, openAsks } from './open-waits';
import { stepPlan } from './step-plans';

describe('what an act sends', () => {
  let sent: unknown[];
  const note = (...told: unknown[]): Promise<never> => {
    sent = told;
    return Promise.resolve({} as never);
  };
  const api = { act: note, actOnStep: note } as unknown as ActsApi;
  const step = { path: 'charge', type: 'task', state: 'failed', input: { cents: 5 } };

  it('to an instance: who, why, and nothing that was not given', async () => {
    await instancePlan(api, 'i-1', 'pause').run({ reason: 'stock-taking', by: 'ana' }, 'k');
    expect(sent).toEqual(['i-1', 'pause', { reason: 'stock-taking', by: 'ana' }, 'k']);
    await instancePlan(api, 'i-1', 'cancel').run({ compensate: false }, 'k');
    expect(sent[2]).toEqual({ compensate: false });
  });
  it('to a step: an input to retry with, an output to skip with', async () => {
    await stepPlan(api, 'i-1', step, 'retry').run({ json: { cents: 6 } }, 'k');
    expect(sent).toEqual(['i-1', 'retry', { path: 'charge', input: { cents: 6 } }, 'k']);
    await stepPlan(api, 'i-1', step, 'skip').run({ json: null }, 'k');
    expect(sent[2]).toEqual({ path: 'charge', output: null });
    await stepPlan(api, 'i-1', step, 'complete').run({}, 'k');
    expect(sent[2]).toEqual({ path: 'charge' });
  });
  it('begins with the input the step had, unless that stands elsewhere', () => {
    expect(stepPlan(api, 'i-1', step, 'retry').json?.value).toEqual({ cents: 5 });
    const big = { $payload: { ref: 'i-1/abc', size: 3_000_000, sha256: 'abc' } };
    expect(stepPlan(api, 'i-1', { ...step, input: big }, 'retry').json?.value).toBeUndefined();
  });
  it('a wait is given no input', () => expect(stepPlan(api, 'i-1', { ...step, type: 'event' }, 'retry').json).toBeUndefined());
});

describe('what an instance waits for', () => {
  const ask: StepView = {
    ...{ path: 'ok', status: 'waiting', attempt: 0, attempts: [], scheduledAt: 7 },
    wait: { kind: 'ask', name: 'ok', ask: { name: 'ok', kind: 'choice', choices: ['a'], dueAt: 9 }, assignees: ['ana'] },
  };
  const event: StepView = {
    ...{ path: 'paid', status: 'waiting', attempt: 0, attempts: [] },
    wait: { kind: 'event', names: ['paid', 'failed'], match: 'all', taken: ['paid'] },
  };
  const view = (...steps: StepView[]): InstanceView => ({
    ...emptyInstanceView,
    openSteps: steps.length,
    steps: new Map(steps.map((step) => [step.path, step])),
  });

  it('names the events that have not come', () => expect(awaitedNames(view(ask, event))).toEqual(['failed']));
  it('tells what is asked, with times and people', () =>
    expect(openAsks(view(event, ask), 'i-1', 'order')).toMatchObject([
      { instance: 'i-1', path: 'ok', kind: 'choice', choices: ['a'], assignees: ['ana'], claimedBy: null, dueAt: 9, openedAt: 7 },
    ]));
  it('an ask that is over is not asked', () => expect(askOf({ ...ask, status: 'completed' }, 'i-1', 'order')).toBeUndefined());
});
