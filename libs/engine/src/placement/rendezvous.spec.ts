import fc from 'fast-check';
import { rendezvous } from './rendezvous.js';

const places = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });

describe('rendezvous', () => {
  it('gives a key one place, whatever the order in which the places are told', () => {
    fc.assert(
      fc.property(fc.string(), places, (key, all) => {
        expect(all).toContain(rendezvous(key, all));
        expect(rendezvous(key, [...all].reverse())).toBe(rendezvous(key, all));
      }),
    );
  });

  it('moves only the keys of a place that goes, and only to a place that comes', () => {
    fc.assert(
      fc.property(fc.string(), places, (key, [guest, ...others]) => {
        const together = rendezvous(key, [guest!, ...others]);
        const without = rendezvous(key, others);
        if (together !== guest) expect(without).toBe(together);
      }),
    );
  });

  it('spreads keys over all places', () => {
    const places = ['a', 'b', 'c'];
    const counts = new Map<string, number>();
    for (let key = 0; key < 3_000; key += 1) {
      const place = rendezvous(`customer-${key}`, places)!;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    for (const place of places) expect(Math.abs(counts.get(place)! - 1_000)).toBeLessThan(150);
  });

  it('has no place when there is none', () => {
    expect(rendezvous('key', [])).toBeUndefined();
  });
});
