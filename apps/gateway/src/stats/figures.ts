import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Overview, Stats, statsQuerySchema } from '#libs/contracts';
import { type Figures as Sums, StatsQueries } from '#libs/persistence';
import { ApiProblem, fault } from '../http/api-problem.js';
import { toIso, toIsoOrNull } from '../http/times.js';
import { LiveFeed } from '../live/live-feed.js';
import { alignDown, endedIn, lastMinute, meanDuration, pick, pointsOf, spanMs, successRate, sumOf } from './stats-points.js';

/** Points of one answer. */
const maxPoints = 1_500;
/** The overview is computed at most once in this time, however many look at it. */
const overviewMs = 900;

type Open = Awaited<ReturnType<StatsQueries['openByDefinition']>>;

/** Figures over time and now. */
@Injectable()
export class Figures {
  private latest: { at: number; overview: Promise<Overview> } | undefined;

  constructor(
    private readonly queries: StatsQueries,
    private readonly feed: LiveFeed,
  ) {}

  async stats(query: z.output<typeof statsQuerySchema>): Promise<Stats> {
    const { definition, by } = query;
    const to = query.to === undefined ? Date.now() : Date.parse(query.to);
    const from = query.from === undefined ? to - spanMs.hour : Date.parse(query.from);
    requireSpan(from, to, spanMs[by]);
    const start = alignDown(from, spanMs[by]);
    const [rows, open] = await Promise.all([
      this.queries.series({ definition, from: start, to }, spanMs[by]),
      this.queries.openByDefinition(),
    ]);
    const totals = sumOf(rows.map(pick));
    const { durationMs: _, ...counts } = totals;
    return {
      from: toIso(start),
      to: toIso(to),
      by,
      totals: { ...counts, successRate: successRate(totals), meanDurationMs: meanDuration(totals) },
      ...(await this.active(open, definition)),
      series: pointsOf(rows, start, to, spanMs[by]),
    };
  }

  /** What the overview shows; at most 0.9 s old. */
  overview(): Promise<Overview> {
    const now = Date.now();
    if (this.latest && now - this.latest.at < overviewMs) return this.latest.overview;
    const overview = this.compute(now);
    this.latest = { at: now, overview };
    overview.catch(() => (this.latest = undefined));
    return overview;
  }

  private async compute(now: number): Promise<Overview> {
    const from = alignDown(now - spanMs.hour, spanMs.minute);
    const [rows, open] = await Promise.all([
      this.queries.series({ from, to: now + spanMs.minute }),
      this.queries.openByDefinition(),
    ]);
    const hour = sumOf(rows.map(pick));
    const { queued, oldestAt } = this.feed.board.backlog();
    return {
      at: toIso(now),
      successRate: successRate(hour),
      throughputPerSecond: lastMinute(rows, now, endedIn) / 60,
      stepsPerSecond: lastMinute(rows, now, ({ steps }: Sums) => steps) / 60,
      startedLastHour: hour.started,
      completedLastHour: hour.completed,
      failedLastHour: hour.failed + hour.timedOut,
      ...(await this.active(open)),
      queued,
      oldestQueuedAt: toIsoOrNull(oldestAt),
      workers: this.feed.registry.liveCount(now),
      series: pointsOf(rows, from, now, spanMs.minute),
    };
  }

  private async active(open: Open, definition?: string): Promise<Pick<Stats, 'active' | 'byStatus'>> {
    const own = definition === undefined ? open : open.filter((row) => row.definition === definition);
    const byStatus: Record<string, number> = {};
    for (const { status, count } of own) byStatus[status] = (byStatus[status] ?? 0) + count;
    const all = await this.queries.open();
    const count = definition === undefined ? all.count : own.reduce((sum, row) => sum + row.count, 0);
    return { active: { count, atLeast: all.isCapped }, byStatus };
  }
}

function requireSpan(from: number, to: number, stepMs: number): void {
  if (from < to && (to - from) / stepMs <= maxPoints) return;
  const words = from < to ? `expected at most ${maxPoints} points, but the span has more` : 'expected `from` before `to`';
  throw new ApiProblem('PARAMETER_INVALID', words, {
    errors: [fault('INVALID', 'from', words, 'take a shorter span, or a wider `by`')],
  });
}
