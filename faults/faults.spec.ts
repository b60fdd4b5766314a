import { scenarios, unavailable } from './catalogue.js';
import { faultOptions } from './options.js';
import { Random } from './random.js';

describe('Random', () => {
  it('draws the same from the same seed, and something else for another purpose', () => {
    const draws = (random: Random) => Array.from({ length: 5 }, () => random.whole(1, 1_000));
    expect(draws(new Random(7))).toEqual(draws(new Random(7)));
    expect(draws(new Random(7))).not.toEqual(draws(new Random(8)));
    expect(draws(new Random(7).fork('a'))).not.toEqual(draws(new Random(7).fork('b')));
  });

  it('covers the whole range evenly', () => {
    const random = new Random(1);
    const counts = new Map<number, number>();
    for (let i = 0; i < 6_000; i += 1) {
      const drawn = random.whole(1, 6);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
  });
});

describe('the catalogue', () => {
  it('has each of F1 to F42 once, in order, as a scenario or with the reason why not', () => {
    const numbersOf = (some: readonly { id: string }[]): number[] => some.map(({ id }) => Number(id.slice(1)));
    const inOrder = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
    for (const some of [scenarios, unavailable]) expect(numbersOf(some)).toEqual(inOrder(numbersOf(some)));
    expect(inOrder([...numbersOf(scenarios), ...numbersOf(unavailable)])).toEqual(Array.from({ length: 42 }, (_, i) => i + 1));
  });
});

describe('faultOptions', () => {
  const parse = (...args: string[]) => faultOptions(args, scenarios, 5);

  it('takes all scenarios, those of the smoke set, or those that are named', () => {
    expect(parse()).toMatchObject({ scale: 'matrix', seed: 5, scenarios: [...scenarios] });
    expect(parse('--smoke').scenarios.length).toBeLessThan(scenarios.length);
    expect(parse('--scenario', 'f7,F1', '--seed', '9')).toMatchObject({ seed: 9, scenarios: [{ id: 'F7' }, { id: 'F1' }] });
  });

  it.each([
    ['--scenario', 'F99'],
    ['--seed', 'x'],
    ['--minutes', '0'],
    ['--smoke', '--full'],
  ])('refuses %s %s', (...args) => {
    expect(() => parse(...args)).toThrow(RangeError);
  });
});
