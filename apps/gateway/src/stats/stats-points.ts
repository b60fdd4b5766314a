import type { StatsPoint } from '#libs/contracts';
import type { Figures } from '#libs/persistence';
import { toIso } from '../http/times.js';

export const spanMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
export type Span = keyof typeof spanMs;

const nothing: Figures = { started: 0, completed: 0, failed: 0, cancelled: 0, timedOut: 0, steps: 0, durationMs: 0 };

/** completed ÷ (completed + failed + timed out); null when nothing ended so. Cancelled ones are neither. */
export function successRate({ completed, failed, timedOut }: Pick<Figures, 'completed' | 'failed' | 'timedOut'>): number | null {
  const ended = completed + failed + timedOut;
  return ended === 0 ? null : completed / ended;
}

export const endedIn = ({ completed, failed, cancelled, timedOut }: Figures): number => completed + failed + cancelled + timedOut;

export function meanDuration(figures: Figures): number | null {
  const ended = endedIn(figures);
  return ended === 0 ? null : figures.durationMs / ended;
}

/** One point per span from `from` (epoch ms, aligned down) until before `to`, also where nothing happened. */
export function pointsOf(
  rows: readonly (Figures & { readonly minute: number })[],
  from: number,
  to: number,
  stepMs: number,
): StatsPoint[] {
  const byStart = new Map(rows.map((row) => [Number(row.minute), row]));
  const points: StatsPoint[] = [];
  for (let at = alignDown(from, stepMs); at < to; at += stepMs) {
    const { durationMs: _, ...counts } = pick(byStart.get(at) ?? nothing);
    points.push({ at: toIso(at), ...counts, meanDurationMs: meanDuration(byStart.get(at) ?? nothing) });
  }
  return points;
}

export const alignDown = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs;

export const pick = ({ started, completed, failed, cancelled, timedOut, steps, durationMs }: Figures): Figures => ({
  started,
  completed,
  failed,
  cancelled,
  timedOut,
  steps,
  durationMs,
});

export function sumOf(rows: readonly Figures[]): Figures {
  return rows.reduce<Figures>(
    (sum, row) => ({
      started: sum.started + row.started,
      completed: sum.completed + row.completed,
      failed: sum.failed + row.failed,
      cancelled: sum.cancelled + row.cancelled,
      timedOut: sum.timedOut + row.timedOut,
      steps: sum.steps + row.steps,
      durationMs: sum.durationMs + row.durationMs,
    }),
    nothing,
  );
}

/** A count of the last 60 s from counts of whole minutes: this minute's, and of the one before the part that is younger. */
export function lastMinute(
  rows: readonly (Figures & { readonly minute: number })[],
  nowMs: number,
  count: (figures: Figures) => number,
): number {
  const minute = alignDown(nowMs, spanMs.minute);
  const at = (start: number): number => {
    const row = rows.find((each) => Number(each.minute) === start);
    return row ? count(row) : 0;
  };
  const share = 1 - (nowMs - minute) / spanMs.minute;
  return at(minute) + at(minute - spanMs.minute) * share;
}
