import { type InstanceId, type InstanceState, newState, type StepState } from '#libs/engine';
import { compareWaits, type WaitFacts } from './compare-waits.js';

const id = '01890000-0000-7000-8000-000000000001' as InstanceId;
const nothing: WaitFacts = {
  dueAt: null, asks: new Set(), subscriptions: new Set(), lockRequests: new Set(), children: new Set(),
}; // prettier-ignore
const here = new Set(['a']);
const child = { kind: 'child', childId: 'c', workflow: 'w', input: null, onParentClose: 'cancel' } as const;

const cases: [string, Partial<StepState>, Partial<WaitFacts>][] = [
  ['a timer', { wait: { kind: 'timer' }, dueAt: 50 }, { dueAt: 50 }],
  ['an event by key', { wait: { kind: 'event', names: ['e'], match: 'any', key: 'k', taken: [] } }, { subscriptions: here }],
  ['an ask', { wait: { kind: 'ask', name: 'n', ask: { name: 'n', kind: 'text' }, assignees: [] } }, { asks: here }],
  ['a child', { wait: child }, { children: new Set(['c']) }],
  ['a joined instance', { wait: { ...child, startedId: 'other' } }, { children: new Set(['other']) }],
  ['a lock', { wait: { kind: 'lock', key: 'k', limit: 1 }, token: 3 }, { lockRequests: here }],
];

function check(step: Partial<StepState>, facts: Partial<WaitFacts>): string[] {
  const state = newState(id);
  state.open.set('a', true);
  state.steps.set('a', { ...state.step('a'), status: 'waiting', ...step });
  return compareWaits(state, { ...nothing, ...facts }, 'none');
}

describe('compareWaits', () => {
  it.each(cases)('%s must be backed by something that can end it', (_name, step, facts) => {
    expect(check(step, {})).toHaveLength(1);
    expect(check(step, facts)).toEqual([]);
  });

  it('sees a wake-up row that comes too late', () => {
    expect(check({ wait: { kind: 'timer' }, dueAt: 50 }, { dueAt: 51 })).toHaveLength(1);
  });

  it('sees an instance that goes on, with nothing that could move it', () => {
    const check = (facts: Partial<InstanceState>, dueAt: number | null = null): number =>
      compareWaits(Object.assign(newState(id), { seq: 1, status: 'running' }, facts), { ...nothing, dueAt }, 'none').length;
    expect(check({})).toBe(1);
    expect(check({}, 0)).toBe(0);
    expect(check({ pausedAt: 5, status: 'paused' })).toBe(0);
    expect(check({ status: 'completed' })).toBe(0);
    expect(check({ seq: 0, status: 'pending' })).toBe(0);
  });

  it('asks nothing of an event that is sent to the instance itself, and of a shared lock', () => {
    expect(check({ wait: { kind: 'event', names: ['e'], match: 'any', taken: [] } }, {})).toEqual([]);
    expect(check({ wait: { kind: 'lock', key: 'k', limit: 1, fence: 2 } }, {})).toEqual([]);
  });

  it('sees commands that a new owner would not find', () => {
    const task = { task: 't', status: 'scheduled', token: 2 } as const;
    const works = (step: Partial<StepState>): string[] =>
      ['none', 'queued', 'sent'].filter((work) => {
        const state = newState(id);
        state.open.set('a', true);
        state.steps.set('a', { ...state.step('a'), ...step });
        return compareWaits(state, nothing, work).length === 0;
      });
    expect(works(task)).toEqual(['queued']);
    expect(works({ ...task, incarnation: 1 })).toEqual(['sent']);
    expect(works({ token: 2, status: 'waiting', wait: { kind: 'emit' } })).toEqual(['sent']);
    expect(works({ status: 'retrying' })).toEqual(['none']);
  });
});
