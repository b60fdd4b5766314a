import { type Lane, type LaneClaim, settleLane } from './settle-lane.js';

const lane = (facts: Partial<Lane>): Lane => ({ concurrency: null, rate: null, window: { startsAt: 0, used: 0 }, ...facts });
const claim = (partition: number, wanted: number): LaneClaim => ({
  partition,
  held: 0,
  cap: 0,
  demand: wanted,
  tokensWanted: wanted,
});
const breaker = { state: 'halfOpen', failuresInRow: 5, opensUntil: null, probe: null, breakAfter: 5, breakForMs: 100 } as const;

describe('settleLane', () => {
  it('limits nothing that has no limit', () => {
    const { grants, breaker: none } = settleLane(lane({}), [], [claim(0, 7)], 0);
    expect(grants).toEqual([{ partition: 0, granted: 0, demand: 7, cap: Infinity, tokens: 0 }]);
    expect(none).toBeUndefined();
  });

  it('leaves the others their share of a window, and counts only what it hands out', () => {
    const rate = { limit: 10, per: 'second' } as const;
    const { grants, window } = settleLane(lane({ rate }), [{ partition: 1, granted: 0, demand: 50 }], [claim(0, 50)], 5_000);
    expect(grants[0]!.tokens).toBe(5);
    expect(window).toEqual({ startsAt: 5_000, used: 5 });
  });

  it('lets a partition that has work try for a half-open breaker', () => {
    const settled = settleLane(lane({ breaker }), [], [claim(0, 0), claim(3, 1)], 0);
    expect(settled.breaker).toMatchObject({ state: 'halfOpen', probe: 3 });
  });
});
