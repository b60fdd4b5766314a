import fc from 'fast-check';
import { allowedBy, handOutTokens, windowStart } from './rate-window.js';

const none = { startsAt: 0, used: 0 };

describe('handOutTokens', () => {
  it('hands out no more than the rate within a second, and begins anew with the next', () => {
    const rate = { limit: 5, per: 'second' } as const;
    const first = handOutTokens(rate, none, [9, 0], 10_000);
    expect(first).toEqual({ tokens: [5, 0], window: { startsAt: 10_000, used: 5 } });
    expect(handOutTokens(rate, first.window, [9, 9], 10_999).tokens).toEqual([0, 0]);
    expect(handOutTokens(rate, first.window, [9, 0], 11_000).tokens).toEqual([5, 0]);
  });

  it.each([
    [0, 10],
    [6_000, 10],
    [30_000, 50],
    [59_999, 100],
  ])('spreads a minute: after %s ms at most %s of 100', (passedMs, expected) => {
    expect(allowedBy({ limit: 100, per: 'minute' }, 600_000 + passedMs)).toBe(expected);
  });

  it('never exceeds the rate of a window, whoever asks when', () => {
    const asks = fc.array(fc.record({ afterMs: fc.nat(900), wanted: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }) }));
    const rates = fc.record({ limit: fc.integer({ min: 1, max: 30 }), per: fc.constantFrom('second', 'minute', 'hour') });
    fc.assert(
      fc.property(rates, asks, (rate, all) => {
        const given = new Map<number, number>();
        let window = none;
        let nowMs = 1_700_000_000_000;
        for (const { afterMs, wanted } of all) {
          nowMs += afterMs;
          const out = handOutTokens(rate, window, wanted, nowMs);
          window = out.window;
          const start = windowStart(rate, nowMs);
          given.set(start, (given.get(start) ?? 0) + out.tokens.reduce((sum, count) => sum + count, 0));
        }
        for (const count of given.values()) expect(count).toBeLessThanOrEqual(rate.limit);
      }),
    );
  });
});
