import fc from 'fast-check';
import { grantLocks } from './grant-locks.js';

const waiters = (...limits: number[]) => limits.map((limit, no) => ({ limit, no }));

describe('grantLocks', () => {
  it.each([
    { what: 'a free key goes to the first', held: 0, limits: [1, 1], granted: 1 },
    { what: 'a held key goes to nobody', held: 1, limits: [1, 1], granted: 0 },
    { what: 'three at a time', held: 1, limits: [3, 3, 3], granted: 2 },
    { what: 'nobody overtakes a request with a smaller limit', held: 1, limits: [1, 3], granted: 0 },
    { what: 'a smaller limit waits behind a larger one', held: 0, limits: [3, 1, 3], granted: 1 },
    { what: 'nobody waits', held: 0, limits: [], granted: 0 },
  ])('$what', ({ held, limits, granted }) => {
    expect(grantLocks(held, waiters(...limits)).map(({ no }) => no)).toEqual(Array.from({ length: granted }, (_, no) => no));
  });

  it('never has more holders than the limit any of them was granted with, and leaves nobody waiting for a free key', () => {
    const moves = fc.array(fc.oneof(fc.record({ limit: fc.integer({ min: 1, max: 4 }) }), fc.constant('release' as const)));
    fc.assert(
      fc.property(moves, (all) => {
        const holders: { limit: number }[] = [];
        let waiting: { limit: number }[] = [];
        for (const move of all) {
          if (move === 'release') holders.shift();
          else waiting.push(move);
          for (const waiter of grantLocks(holders.length, waiting)) {
            holders.push(waiter);
            expect(holders.length).toBeLessThanOrEqual(waiter.limit);
          }
          waiting = waiting.filter((waiter) => !holders.includes(waiter));
          if (holders.length === 0) expect(waiting).toEqual([]);
        }
      }),
    );
  });
});
