import fc from 'fast-check';
import { fairShares } from './fair-shares.js';

describe('fairShares', () => {
  it.each([
    { what: 'one that is busy gets all', limit: 10, demands: [0, 30, 0], shares: [0, 10, 0] },
    { what: 'nobody gets more than it wants', limit: 10, demands: [2, 3], shares: [2, 3] },
    { what: 'what one does not want goes to the others', limit: 10, demands: [2, 20, 20], shares: [2, 4, 4] },
    { what: 'the rest of a division goes to the first in turn', limit: 10, demands: [9, 9, 9], shares: [4, 3, 3] },
    { what: 'a limit of nothing', limit: 0, demands: [5, 5], shares: [0, 0] },
    { what: 'nobody', limit: 3, demands: [], shares: [] },
  ])('$what', ({ limit, demands, shares }) => {
    expect(fairShares(limit, demands, 0)).toEqual(shares);
  });

  it('goes round when there is less than one for each', () => {
    const got = [0, 1, 2, 3].map((turn) => fairShares(1, [5, 5, 5, 5], turn).indexOf(1));
    expect(got.sort()).toEqual([0, 1, 2, 3]);
  });

  it('hands out all that is wanted and there, to nobody more than it wants, and to nobody less than to one that wants no more', () => {
    const demands = fc.array(fc.nat(20), { maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(60), demands, fc.nat(1_000), (limit, wanted, turn) => {
        const shares = fairShares(limit, wanted, turn);
        const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
        expect(sum(shares)).toBe(Math.min(limit, sum(wanted)));
        shares.forEach((share, place) => {
          expect(share).toBeLessThanOrEqual(wanted[place]!);
          if (share < wanted[place]!) for (const other of shares) expect(other).toBeLessThanOrEqual(share + 1);
        });
      }),
    );
  });

  it('starves nobody over a round', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 }), (limit, count) => {
        const got = Array.from({ length: count }, () => 0);
        for (let turn = 0; turn < count; turn += 1)
          fairShares(
            limit,
            Array.from({ length: count }, () => 100),
            turn,
          ).forEach((share, place) => (got[place]! += share));
        expect(Math.max(...got) - Math.min(...got)).toBe(0);
      }),
    );
  });
});
