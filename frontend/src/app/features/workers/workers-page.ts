import { Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { followTopic } from '../../core/live/follow-topic';
import { Duration, Time } from '../../core/time/time';
import { formatCount, formatDuration } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { emptyCapacity, foldCapacity, isUnserved, waitingSteps } from './fold-workers';

/** Capacity: who works, and what waits for them. */
@Component({
  selector: 'oqx-workers-page',
  imports: [Duration, Time, State, Problem, Skeleton],
  templateUrl: './workers-page.html',
  styleUrl: './workers-page.css',
})
export class WorkersPage {
  private readonly api = inject(Api);
  protected readonly capacity = signal(emptyCapacity);
  protected readonly isLoaded = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly slots = computed(() => {
    const live = this.capacity().workers.filter(({ status }) => status === 'active');
    return {
      used: live.reduce((sum, { running }) => sum + running, 0),
      total: live.reduce((sum, { concurrency }) => sum + concurrency, 0),
    };
  });
  protected readonly count = formatCount;
  protected readonly duration = formatDuration;
  protected readonly waiting = waitingSteps;
  protected readonly isUnserved = isUnserved;

  constructor() {
    void this.load();
    for (const topic of ['workers', 'queues'] as const) {
      followTopic(() => ({
        request: () => ({ subscribe: topic }),
        apply: (messages) => this.capacity.update((capacity) => messages.reduce(foldCapacity, capacity)),
        ...(topic === 'workers' && { poll: () => this.fetch() }),
      }));
    }
  }

  protected async load(): Promise<void> {
    try {
      await this.fetch();
      this.problem.set(undefined);
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  protected meanText(means: Readonly<Record<string, number>>): string {
    return Object.entries(means)
      .map(([task, ms]) => `${task} ${formatDuration(ms)}`)
      .join(', ');
  }

  private async fetch(): Promise<void> {
    const [workers, queues] = await Promise.all([this.api.workers(), this.api.queues()]);
    const head = { type: 'snapshot', ref: '', seq: 0 } as const;
    const messages = [
      { ...head, topic: 'workers' as const, items: workers.items },
      { ...head, topic: 'queues' as const, items: queues.items },
    ];
    this.capacity.update((capacity) => messages.reduce(foldCapacity, capacity));
    this.isLoaded.set(true);
  }
}
