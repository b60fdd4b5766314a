import type { StatsPoint } from '@contracts/rest/stats';
import { activeSeries, axisTop, successSeries } from './overview';

const point = (more: Partial<StatsPoint>): StatsPoint => ({
  at: '2026-11-21T08:00:00.000Z',
  started: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  timedOut: 0,
  steps: 0,
  meanDurationMs: null,
  ...more,
});

describe('series of the overview', () => {
  it('have no success rate where nothing ended', () => {
    expect(successSeries([point({}), point({ completed: 3, failed: 1 }), point({ timedOut: 2 })])).toEqual([null, 0.75, 0]);
  });
  it('count back how many were open', () => {
    const points = [point({}), point({ started: 5 }), point({ started: 1, completed: 3 })];
    expect(activeSeries(points, 4)).toEqual([1, 6, 4]);
  });
});

describe('axisTop', () => {
  it.each([
    [0, 4],
    [4, 4],
    [9, 10],
    [12, 20],
    [318, 400],
    [401, 500],
    [10_000, 10_000],
  ])('rounds %d up to %d', (value, top) => expect(axisTop(value)).toBe(top));
});
