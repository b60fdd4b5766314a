import { WaitIndex } from './wait-index.js';

const under = (index: WaitIndex, name: string): string[] => [...index.under(name)];

describe('WaitIndex', () => {
  it('gives the waits for a name, oldest first, and forgets those that ended', () => {
    const index = new WaitIndex();
    index.set('a', ['paid', 'refused']);
    index.set('b', ['paid']);
    index.set('c', ['paid']);
    index.delete('b');
    expect([under(index, 'paid'), under(index, 'refused'), under(index, 'other')]).toEqual([['a', 'c'], ['a'], []]);
    expect([...index.keys()]).toEqual(['a', 'c']);
  });

  it('goes on waiting for the other names when one has come', () => {
    const index = new WaitIndex();
    index.set('a', ['paid', 'packed']);
    index.deleteName('a', 'paid');
    expect([under(index, 'paid'), under(index, 'packed'), index.size]).toEqual([[], ['a'], 1]);
  });

  it('forks without touching what it came from', () => {
    const index = new WaitIndex();
    index.set('a', ['paid']);
    const fork = new WaitIndex(index);
    fork.set('b', ['paid', 'packed']);
    fork.delete('a');
    expect([under(fork, 'paid'), under(fork, 'packed'), fork.size]).toEqual([['b'], ['b'], 1]);
    expect([under(index, 'paid'), under(index, 'packed'), index.size]).toEqual([['a'], [], 1]);
  });

  it('absorbs what a fork has changed', () => {
    const index = new WaitIndex();
    index.set('a', ['paid']);
    const fork = new WaitIndex(index);
    fork.set('b', ['paid', 'packed']);
    fork.delete('a');
    const absorbed = index.absorb(fork);
    expect([under(absorbed, 'paid'), under(absorbed, 'packed'), absorbed.size]).toEqual([['b'], ['b'], 1]);
    expect(index.absorb(new WaitIndex())).not.toBe(index);
  });
});
