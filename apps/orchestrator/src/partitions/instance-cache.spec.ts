import type { InstanceId } from '#libs/engine';
import { InstanceCache, restingAtMost, type CachedInstance } from './instance-cache.js';

const entry = (id: string, bytes = 1): CachedInstance => ({ head: { id }, bytes }) as unknown as CachedInstance;
const id = (text: string): InstanceId => text as InstanceId;

describe('InstanceCache', () => {
  it('drops the least recently used when it holds too many bytes', () => {
    const cache = new InstanceCache(2);
    for (const name of ['a', 'b', 'c']) cache.put(entry(name));
    cache.get(id('a'));
    cache.trim();
    expect([...cache.values()].map(({ head }) => head.id)).toEqual(['c', 'a']);
  });

  it('keeps a few of those that wait: who has waited longest goes first', () => {
    const cache = new InstanceCache(Infinity);
    cache.put(entry('busy'));
    for (let n = 0; n <= restingAtMost; n += 1) {
      cache.put(entry(`w${n}`));
      cache.rest(id(`w${n}`));
    }
    expect([cache.has(id('w0')), cache.has(id('w1')), cache.has(id('busy'))]).toEqual([false, true, true]);
  });

  it('counts what is worked on again as busy, until it waits anew', () => {
    const cache = new InstanceCache(Infinity);
    for (let n = 0; n < restingAtMost; n += 1) {
      cache.put(entry(`w${n}`));
      cache.rest(id(`w${n}`));
    }
    cache.get(id('w0'));
    cache.put(entry('late'));
    cache.rest(id('late'));
    expect([cache.has(id('w0')), cache.has(id('w1'))]).toEqual([true, true]);
    cache.rest(id('w0'));
    expect([cache.has(id('w0')), cache.has(id('w1'))]).toEqual([true, false]);
  });
});
