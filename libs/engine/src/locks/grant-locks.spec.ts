import fc from 'fast-check';
import { grantLocks, type LockHeld, type LockRequest } from './grant-locks.js';

const waiters = (...limits: number[]) => limits.map((limit, no) => ({ limit, no }));
const heldBy = (holders: readonly LockRequest[]): LockHeld => ({
  count: holders.length,
  limit: Math.min(Infinity, ...holders.map((holder) => holder.limit)),
});

describe('grantLocks', () => {
  it.each([
    { what: 'a free key goes to the first', held: [], limits: [1, 1], granted: 1 },
    { what: 'a held key goes to nobody', held: [1], limits: [1, 1], granted: 0 },
    { what: 'three at a time', held: [3], limits: [3, 3, 3], granted: 2 },
    { what: 'nobody overtakes a request with a smaller limit', held: [3], limits: [1, 3], granted: 0 },
    { what: 'nobody joins a holder who wants it alone', held: [1], limits: [3], granted: 0 },
    { what: 'one who wants it alone keeps those behind out', held: [], limits: [1, 3], granted: 1 },
    { what: 'nobody waits', held: [], limits: [], granted: 0 },
  ])('$what', ({ held, limits, granted }) => {
    const holders = held.map((limit) => ({ limit }));
    const expected = Array.from({ length: granted }, (_, no) => no);
    expect(grantLocks(heldBy(holders), waiters(...limits)).map(({ no }) => no)).toEqual(expected);
  });

  it('never has more holders than any of them asked for, and leaves nobody waiting for a free key', () => {
    const moves = fc.array(fc.oneof(fc.record({ limit: fc.integer({ min: 1, max: 4 }) }), fc.constant('release' as const)));
    fc.assert(
      fc.property(moves, (all) => {
        const holders: LockRequest[] = [];
        let waiting: LockRequest[] = [];
        for (const move of all) {
          if (move === 'release') holders.shift();
          else waiting.push(move);
          const granted = grantLocks(heldBy(holders), waiting);
          holders.push(...granted);
          waiting = waiting.slice(granted.length);
          for (const holder of holders) expect(holders.length).toBeLessThanOrEqual(holder.limit);
          if (holders.length === 0) expect(waiting).toEqual([]);
        }
      }),
    );
  });
});
