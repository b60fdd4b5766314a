import type { InstanceId } from '../model/instance-id.js';
import { type InstanceState, newState } from './instance-state.js';

const maps: readonly string[] = ['open', 'steps', 'scopes', 'undo', 'waits', 'asks'];
const id = '01890000-0000-7000-8000-000000000001' as InstanceId;

/** A state in which every member but the maps is something of its own. */
function marked(): InstanceState {
  const state = newState(id);
  for (const name of Object.keys(state).filter((one) => !maps.includes(one) && one !== 'id'))
    Object.assign(state, { [name]: { of: name } });
  return state;
}

describe('InstanceState', () => {
  it('gives every member to its fork, and takes every member back', () => {
    const state = marked();
    const fork = state.fork();
    for (const name of Object.keys(state).filter((one) => !maps.includes(one)))
      expect(fork[name as keyof InstanceState]).toBe(state[name as keyof InstanceState]);
    const other = newState(id);
    other.absorb(fork);
    for (const name of Object.keys(state).filter((one) => !maps.includes(one)))
      expect([name, other[name as keyof InstanceState]]).toEqual([name, state[name as keyof InstanceState]]);
  });

  it('is not changed by its fork until it absorbs it', () => {
    const state = newState(id);
    state.open.set('a', true);
    state.open.set('b', true);
    const fork = state.fork();
    fork.seq = 7;
    fork.open.delete('a');
    fork.open.set('c', true);
    fork.open.set('a', true);
    expect([state.seq, [...state.open.keys()]]).toEqual([0, ['a', 'b']]);
    state.absorb(fork);
    expect([state.seq, [...state.open.keys()], state.open.size]).toEqual([7, ['b', 'c', 'a'], 3]);
  });

  it('takes the maps of a fork that began with new ones', () => {
    const state = newState(id);
    state.steps.set('a', state.step('a'));
    const fork = state.fork();
    fork.steps = newState(id).steps;
    fork.steps.set('b', fork.step('b'));
    state.absorb(fork);
    expect([...state.steps.keys()]).toEqual(['b']);
  });
});
