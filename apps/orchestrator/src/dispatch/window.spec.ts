import { envelopeSize, windowSize } from './window.js';

describe('windowSize', () => {
  it.each([
    ['no worker serves the lane', { capacity: 0, partitions: 8, throughput: 500 }, 0],
    ['twice the announced capacity, shared by the partitions', { capacity: 100, partitions: 8, throughput: 0 }, 25],
    ['one slow worker still gets one', { capacity: 1, partitions: 8, throughput: 0 }, 1],
    ['two seconds of the measured throughput', { capacity: 10, partitions: 8, throughput: 120 }, 240],
    ['two seconds of what workers can do of a fast task', { capacity: 8, partitions: 8, throughput: 0, meanMs: 4 }, 500],
    [
      'a fast task is known to be no faster than it is handed over',
      { capacity: 1, partitions: 8, throughput: 0, meanMs: 0 },
      500,
    ],
    ['slower tasks have to be measured', { capacity: 8, partitions: 8, throughput: 0, meanMs: 5 }, 2],
    ['never above the ceiling', { capacity: 10, partitions: 1, throughput: 10_000 }, 1000],
  ])('%s', (_name, facts, expected) => {
    expect(windowSize({ ...facts, ceiling: 1_000 })).toBe(expected);
  });
});

describe('envelopeSize', () => {
  it.each([
    [undefined, 1],
    [0, 200],
    [0.1, 200],
    [1.25, 200],
    [5, 50],
    [10, 25],
    [99, 2],
    [100, 1],
    [60_000, 1],
  ])('mean %s ms → %s commands', (mean, expected) => {
    expect(envelopeSize(mean)).toBe(expected);
  });
});
