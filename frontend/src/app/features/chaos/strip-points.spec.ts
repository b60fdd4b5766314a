import { stripPoints } from './strip-points';

describe('stripPoints', () => {
  it('puts the faults of each part of the time together, and the success rate at its place', () => {
    const samples = [
      { at: 0, faults: 0, successRate: null },
      { at: 10, faults: 2, successRate: 1 },
      { at: 40, faults: 3, successRate: 0.97 },
      { at: 49, faults: 1, successRate: 0.98 },
      { at: 100, faults: 1, successRate: 0.99 },
    ];
    const { bars, mostFaults, line, floor } = stripPoints(samples, 0, 100, 4);
    expect(bars).toEqual([2, 4, 0, 1]);
    expect(mostFaults).toBe(4);
    expect(line.map(({ x }) => x)).toEqual([0.1, 0.4, 0.49, 1]);
    expect(floor).toBe(0.95);
  });

  it('leaves out what is of no part of it', () =>
    expect(stripPoints([{ at: 200, faults: 5, successRate: 0 }], 0, 100, 2)).toEqual({
      bars: [0, 0],
      mostFaults: 0,
      line: [],
      floor: 0.999,
    }));
});
