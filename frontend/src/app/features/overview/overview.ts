import type { Overview, Stats, StatsPoint } from '@contracts/rest/stats';
import type { Queue } from '@contracts/rest/capacity';

/** Figures of one minute of the chart. */
export interface MinuteBar {
  /** Epoch ms of its start. */
  readonly at: number;
  readonly completed: number;
  /** Failed or timed out. */
  readonly failed: number;
}

export const toBar = (point: StatsPoint): MinuteBar => ({
  at: Date.parse(point.at),
  completed: point.completed,
  failed: point.failed + point.timedOut,
});

/** Share of good ends by minute; null where nothing ended. */
export const successSeries = (points: readonly StatsPoint[]): (number | null)[] =>
  points.map(toBar).map(({ completed, failed }) => (completed + failed === 0 ? null : completed / (completed + failed)));

export const endedSeries = (points: readonly StatsPoint[]): number[] =>
  points.map((point) => point.completed + point.failed + point.timedOut + point.cancelled);

/** Instances open at the end of each minute, counted back from how many are open now. */
export function activeSeries(points: readonly StatsPoint[], activeNow: number): number[] {
  const ended = endedSeries(points);
  const series = new Array<number>(points.length).fill(activeNow);
  for (let minute = points.length - 2; minute >= 0; minute--) {
    const next = minute + 1;
    series[minute] = Math.max(0, (series[next] ?? 0) - (points[next]?.started ?? 0) + (ended[next] ?? 0));
  }
  return series;
}

/** The overview as far as REST can tell it: while live updates are blocked. */
export function overviewFromRest(stats: Stats, queues: readonly Queue[]): Overview {
  const last = stats.series.at(-2);
  const oldest = queues.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt])).sort()[0];
  return {
    at: stats.to,
    successRate: stats.totals.successRate,
    throughputPerSecond: (last ? (endedSeries([last])[0] ?? 0) : 0) / 60,
    stepsPerSecond: (last?.steps ?? 0) / 60,
    startedLastHour: stats.totals.started,
    completedLastHour: stats.totals.completed,
    failedLastHour: stats.totals.failed + stats.totals.timedOut,
    active: stats.active,
    byStatus: stats.byStatus,
    queued: queues.reduce((sum, queue) => sum + queue.queued + queue.sent - queue.running, 0),
    oldestQueuedAt: oldest ?? null,
    workers: Math.max(0, ...queues.map(({ workers }) => workers)),
    series: stats.series,
  };
}

/** Round number at or above `value`, for the top of an axis: 1, 2, 5 times a power of ten. */
export function axisTop(value: number): number {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}
