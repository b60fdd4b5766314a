import { lastMinute, meanDuration, pointsOf, successRate, sumOf } from './stats-points.js';

const minute = 60_000;
const figures = (facts: object = {}) => ({
  started: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  timedOut: 0,
  steps: 0,
  durationMs: 0,
  ...facts,
});

it('successRate leaves cancelled ones out, and is null when nothing ended', () => {
  expect(successRate(figures({ completed: 3, failed: 1, cancelled: 5 }))).toBe(0.75);
  expect(successRate(figures({ timedOut: 1 }))).toBe(0);
  expect(successRate(figures({ cancelled: 5 }))).toBeNull();
});

it('meanDuration is over all that ended', () => {
  expect(meanDuration(figures({ completed: 1, cancelled: 1, durationMs: 500 }))).toBe(250);
  expect(meanDuration(figures())).toBeNull();
});

it('pointsOf has a point for every span, also where nothing happened', () => {
  const points = pointsOf([{ minute: 2 * minute, ...figures({ completed: 2, durationMs: 10 }) }], minute + 5, 4 * minute, minute);
  expect(points.map(({ at, completed, meanDurationMs }) => [at.slice(14, 19), completed, meanDurationMs])).toEqual([
    ['01:00', 0, null],
    ['02:00', 2, 5],
    ['03:00', 0, null],
  ]);
});

it('sumOf adds every figure', () => {
  expect(sumOf([figures({ started: 1, steps: 2 }), figures({ started: 3, timedOut: 4 })])).toEqual(
    figures({ started: 4, steps: 2, timedOut: 4 }),
  );
});

it('lastMinute takes of the minute before what is younger than 60 s', () => {
  const rows = [
    { minute: 4 * minute, ...figures({ steps: 100 }) },
    { minute: 5 * minute, ...figures({ steps: 30 }) },
  ];
  expect(lastMinute(rows, 5 * minute + 15_000, ({ steps }) => steps)).toBe(30 + 75);
  expect(lastMinute([], 5 * minute, ({ steps }) => steps)).toBe(0);
});
