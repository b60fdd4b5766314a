import { instanceLifecycle, type InstanceStatus } from '@engine/model/lifecycle';
import { hasInput, impossibleActs, impossibleStepActs, listOf } from './possible-acts';

const possible = (status: InstanceStatus): string[] => {
  const not = impossibleActs(status);
  return (['pause', 'resume', 'cancel', 'retry', 'event', 'restart'] as const).filter((act) => not[act] === undefined);
};

describe('acts upon an instance', () => {
  it.each<[InstanceStatus, string[]]>([
    ['pending', ['cancel', 'event', 'restart']],
    ['running', ['pause', 'cancel', 'event', 'restart']],
    ['waiting', ['pause', 'cancel', 'event', 'restart']],
    ['paused', ['resume', 'cancel', 'event', 'restart']],
    ['cancelling', ['event', 'restart']],
    ['compensating', ['event', 'restart']],
    ['completed', ['restart']],
    ['failed', ['retry', 'restart']],
    ['timed_out', ['retry', 'restart']],
    ['cancelled', ['restart']],
    ['compensated', ['restart']],
    ['compensation_failed', ['restart']],
  ])('while it is %s: %j', (status, acts) => expect(possible(status)).toEqual(acts));
  it('are judged for every status there is', () => expect(Object.keys(instanceLifecycle)).toHaveLength(12));
  it('say in words why not', () => {
    expect(impossibleActs('paused').pause).toBe('It is paused.');
    expect(impossibleActs('cancelled').retry).toMatch(/run it again instead/);
    expect(impossibleActs('pending').pause).toBe('It has not started yet.');
  });
});

describe('acts upon a step', () => {
  const can = (state: string, status: InstanceStatus = 'running', type = 'task', path = 'a', hasBegun = true): string => {
    const not = impossibleStepActs({ path, type, state }, { status, hasBegun });
    return (['retry', 'skip', 'complete', 'cancel'] as const).filter((act) => not[act] === undefined).join(' ');
  };
  it.each([
    ['notReached', 'skip cancel'],
    ['queued', 'skip cancel'],
    ['running', 'skip cancel'],
    ['retrying', 'retry skip cancel'],
    ['waiting', 'skip complete cancel'],
    ['failed', 'retry skip'],
    ['blocked', 'retry skip'],
    ['completed', ''],
    ['skipped', ''],
    ['cancelling', ''],
  ])('that is %s: %s', (state, acts) => expect(can(state)).toBe(acts));
  it('an open block is completed with what it has', () =>
    expect(can('running', 'running', 'forEach')).toBe('skip complete cancel'));
  it('what failed is retried or skipped also when its instance has failed', () =>
    expect(can('failed', 'failed')).toBe('retry skip'));
  it.each<InstanceStatus>(['pending', 'completed', 'cancelled', 'compensated', 'cancelling', 'compensating'])(
    'nothing while the instance is %s',
    (status) => expect(can('failed', status)).toBe(''),
  );
  it('nothing of what undoes another step', () => expect(can('failed', 'failed', 'task', 'charge/~undo')).toBe(''));
  it('nothing in a list that has not begun', () => expect(can('notReached', 'running', 'task', 'p/x/a', false)).toBe(''));
});

it('tasks and children have an input of their own', () =>
  expect(['task', 'workflow', 'sleep', 'forEach'].filter((type) => hasInput({ type }))).toEqual(['task', 'workflow']));
it.each([
  ['a', ''],
  ['ship/3/pack', 'ship/3'],
])('the list of %s is "%s"', (path, list) => expect(listOf(path)).toBe(list));
