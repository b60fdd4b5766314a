import { sparkPoints } from './sparkline';

describe('sparkPoints', () => {
  it('spans the width, with zero at the bottom', () =>
    expect(sparkPoints([0, 5, 10], 200, 32)).toBe('0.0,31.0 100.0,16.5 200.0,2.0'));
  it('holds the last value where there is none', () =>
    expect(
      sparkPoints([4, null], 100, 32)
        .split(' ')
        .map((point) => point.split(',')[1]),
    ).toEqual(['2.0', '2.0']));
  it('begins where there is a first value, and is empty where there is none', () => {
    expect(sparkPoints([null, 4, 4], 200, 32)).toBe('100.0,2.0 200.0,2.0');
    expect(sparkPoints([null, null], 200, 32)).toBe('');
  });
  it('draws a flat line of nothing but zeros', () => expect(sparkPoints([0, 0], 100, 32)).toBe('0.0,31.0 100.0,31.0'));
});
