import { median, percentile } from './statistics.js';

describe('percentile', () => {
  it('takes the nearest rank of an unsorted sample', () => {
    const sample = [9, 1, 10, 2, 8, 3, 7, 4, 6, 5];
    expect([percentile(sample, 0.5), percentile(sample, 0.99), percentile([4], 0.01)]).toEqual([5, 10, 4]);
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });

  it('has the mean of the two middle values as median of an even sample', () => {
    expect([median([4, 1, 3, 2]), median([3, 1, 2])]).toEqual([2.5, 2]);
  });
});
