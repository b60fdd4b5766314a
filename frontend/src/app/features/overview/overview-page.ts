import { Component, computed, inject, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { TopicMessage } from '@contracts/live/protocol';
import type { Queue } from '@contracts/rest/capacity';
import type { Overview } from '@contracts/rest/stats';
import { Api } from '../../core/api/api';
import { followTopic } from '../../core/live/follow-topic';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time, toMs } from '../../core/time/time';
import { formatCount, formatDuration, formatRate, formatShare, formatTicking, shortId } from '../../ui/format';
import { Skeleton } from '../../ui/skeleton';
import { Sparkline } from '../../ui/sparkline';
import { State } from '../../ui/state';
import { Problem } from '../../ui/problem';
import { AttentionCard } from '../incidents/attention-card';
import { foldLatest, type InstanceRow } from '../instances/fold-instances';
import { TestWorkflow } from '../sample/test-workflow';
import { TestWorkflowButton } from '../sample/test-workflow-button';
import { FirstRun } from './first-run';
import { MinuteChart } from './minute-chart';
import { activeSeries, endedSeries, overviewFromRest, successSeries, toBar, type MinuteBar } from './overview';

const latestCount = 8;

/** Is it healthy, and what needs me? */
@Component({
  selector: 'oqx-overview-page',
  imports: [
    RouterLink,
    AttentionCard,
    MinuteChart,
    Sparkline,
    Skeleton,
    State,
    Duration,
    Time,
    FirstRun,
    TestWorkflowButton,
    Problem,
  ],
  templateUrl: './overview-page.html',
  styleUrl: './overview-page.css',
})
export class OverviewPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly clock = inject(ServerClock);
  protected readonly sample = inject(TestWorkflow);
  protected readonly overview = signal<Overview | undefined>(undefined);
  protected readonly queues = signal<readonly Queue[] | undefined>(undefined);
  /** Undefined: not yet known. */
  protected readonly latest = signal<readonly InstanceRow[] | undefined>(undefined);
  protected readonly isTable = signal(false);

  protected readonly isFirstRun = computed(() => this.latest()?.length === 0);
  protected readonly bars = computed(() => this.overview()?.series.map(toBar) ?? []);
  protected readonly busiest = computed(() =>
    [...(this.queues() ?? [])].sort((a, b) => waitingIn(b) - waitingIn(a) || a.queue.localeCompare(b.queue)).slice(0, 5),
  );
  protected readonly tiles = computed(() => this.overview() && this.tilesOf(this.overview()!));
  protected readonly waitingIn = waitingIn;
  protected readonly count = formatCount;
  protected readonly short = shortId;

  constructor() {
    followTopic(() => ({
      request: () => ({ subscribe: 'stats' }),
      apply: (messages) => this.overview.set(lastOf(messages, 'stats')?.overview ?? this.overview()),
      poll: async () => {
        const [stats, queues] = await Promise.all([this.api.stats({ by: 'minute' }), this.api.queues()]);
        this.overview.set(overviewFromRest(stats, queues.items));
        this.queues.set(queues.items);
      },
    }));
    followTopic(() => ({
      request: () => ({ subscribe: 'queues' }),
      apply: (messages) => this.queues.set(lastOf(messages, 'queues')?.items ?? this.queues()),
    }));
    followTopic(() => ({
      request: () => ({ subscribe: 'instances', limit: latestCount }),
      apply: (messages) => messages.forEach((message) => this.applyInstances(message)),
      poll: async () => this.showLatest((await this.api.instances({ limit: latestCount })).items),
    }));
  }

  protected open(bar: MinuteBar): void {
    const iso = (at: number): string => new Date(at).toISOString();
    const queryParams = {
      from: iso(bar.at - 3_600_000),
      to: iso(bar.at + 60_000),
      status: bar.failed > 0 ? 'failed,timed_out' : null,
    };
    void this.router.navigate(['/instances'], { queryParams });
  }

  private applyInstances(message: TopicMessage): void {
    if (message.topic !== 'instances') return;
    this.showLatest(message.type === 'snapshot' ? message.items : message.changed);
  }

  private showLatest(rows: readonly InstanceRow[]): void {
    this.latest.update((known = []) => foldLatest(known, rows, latestCount));
  }

  private tilesOf(overview: Overview) {
    const { series, active, byStatus } = overview;
    const whole = series.slice(0, -1); // the minute that has just begun would look like a fall
    const share = overview.successRate;
    const oldest = toMs(overview.oldestQueuedAt);
    const ended = overview.completedLastHour + overview.failedLastHour;
    return [
      {
        title: $localize`Success rate, last hour`,
        figure: share === null ? '–' : formatShare(share),
        note: $localize`${formatCount(overview.completedLastHour)}:completed: of ${formatCount(ended)}:ended: completed`,
        values: successSeries(series),
        query: { status: 'completed' },
        isFailure: false,
      },
      {
        title: $localize`Throughput`,
        figure: formatRate(overview.throughputPerSecond),
        note: $localize`${formatRate(overview.stepsPerSecond)}:steps: steps`,
        values: endedSeries(whole),
        query: {},
        isFailure: false,
      },
      {
        title: $localize`Failed, last hour`,
        figure: formatCount(overview.failedLastHour),
        note: overview.failedLastHour === 0 ? $localize`nothing failed` : $localize`failed or timed out`,
        values: this.bars().map(({ failed }) => failed),
        query: { status: 'failed,timed_out' },
        isFailure: overview.failedLastHour > 0,
      },
      {
        title: $localize`Running now`,
        figure: formatCount(active.count, active.atLeast),
        note: $localize`${formatCount(byStatus['waiting'] ?? 0)}:waiting: waiting`,
        values: activeSeries(series, active.count),
        query: { status: 'pending,running,waiting,paused,cancelling' },
        isFailure: false,
      },
      {
        title: $localize`Steps waiting for a worker`,
        figure: formatCount(overview.queued),
        note:
          oldest === undefined || overview.queued === 0
            ? workersText(overview.workers)
            : $localize`oldest ${formatTicking(Math.max(0, this.clock.now() - oldest))}:age:`,
        values: whole.map(({ steps }) => steps),
        query: undefined,
        isFailure: false,
      },
    ];
  }

  protected age(at: string | null): string {
    const since = toMs(at);
    return since === undefined ? '–' : formatDuration(Math.max(0, Math.floor((this.clock.now() - since) / 1_000) * 1_000));
  }
}

const workersText = (count: number): string =>
  count === 1 ? $localize`1 worker connected` : $localize`${formatCount(count)}:workers: workers connected`;

const waitingIn = (queue: Queue): number => queue.queued + (queue.ready ?? Math.max(0, queue.sent - queue.running));

function lastOf<T extends TopicMessage['topic']>(messages: readonly TopicMessage[], topic: T) {
  return messages.findLast((message): message is Extract<TopicMessage, { topic: T }> => message.topic === topic);
}
