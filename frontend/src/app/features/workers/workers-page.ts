import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import type { Partition, QueueSettings, Task } from '@contracts/rest/capacity';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { CapacityApi } from '../../core/api/capacity-api';
import { followTopic } from '../../core/live/follow-topic';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { formatCount } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { Tabs } from '../../ui/tabs';
import { emptyCapacity, foldCapacity } from './fold-workers';
import { queueLanes } from './lanes';
import { PartitionRows } from './partition-rows';
import { QueueRows } from './queue-rows';
import { TaskRows } from './task-rows';
import { WorkerRows } from './worker-rows';

const tabNames = ['workers', 'queues', 'tasks', 'partitions'] as const;
const pollMs = 3_000;

/** Capacity: who works, what waits for them and by which limits, and who decides. */
@Component({
  selector: 'oqx-workers-page',
  imports: [Problem, Skeleton, Tabs, PartitionRows, QueueRows, TaskRows, WorkerRows],
  templateUrl: './workers-page.html',
  styleUrl: './workers-page.css',
})
export class WorkersPage {
  private readonly api = inject(Api);
  private readonly capacityApi = inject(CapacityApi);

  /** From the address. */
  readonly tab = input<string>();

  protected readonly current = computed(() => tabNames.find((name) => name === this.tab()) ?? 'workers');
  protected readonly capacity = signal(emptyCapacity);
  protected readonly tasks = signal<readonly Task[] | undefined>(undefined);
  /** Of every queue for which something is set, also where nothing waits. */
  protected readonly set = signal<readonly QueueSettings[]>([]);
  protected readonly partitions = signal<readonly Partition[] | undefined>(undefined);
  protected readonly isLoaded = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly slots = computed(() => {
    const live = this.capacity().workers.filter(({ status }) => status === 'active');
    return {
      used: live.reduce((sum, { concurrency, freeSlots }) => sum + Math.max(0, concurrency - freeSlots), 0),
      total: live.reduce((sum, { concurrency }) => sum + concurrency, 0),
    };
  });
  protected readonly tabs = computed(() => {
    const known = (count: number): string | undefined => (this.isLoaded() ? formatCount(count) : undefined);
    return [
      { name: 'workers', word: $localize`Workers`, count: known(this.capacity().workers.length) },
      { name: 'queues', word: $localize`Queues`, count: known(queueLanes(this.capacity().queues, this.set()).length) },
      { name: 'tasks', word: $localize`Tasks`, count: this.tasks()?.length },
      { name: 'partitions', word: $localize`Partitions`, count: this.partitions()?.length },
    ];
  });
  protected readonly count = formatCount;

  constructor() {
    void this.load();
    for (const topic of ['workers', 'queues'] as const) {
      followTopic(() => ({
        request: () => ({ subscribe: topic }),
        apply: (messages) => this.capacity.update((capacity) => messages.reduce(foldCapacity, capacity)),
        ...(topic === 'workers' && { poll: () => this.fetch() }),
      }));
    }
    effect(() => {
      this.current();
      untracked(() => void this.follow());
    });
    pollWhileVisible(pollMs, () => this.follow());
  }

  protected async load(): Promise<void> {
    await this.guarded(() => Promise.all([this.fetch(), this.fetchTasks(), this.fetchPartitions()]));
  }

  /** Workers and what waits are told; settings, tasks and partitions are asked for while they are looked at. */
  private async follow(): Promise<void> {
    if (this.current() === 'queues') await this.guarded(() => this.fetch());
    if (this.current() === 'tasks') await this.guarded(() => this.fetchTasks());
    if (this.current() === 'partitions') await this.guarded(() => this.fetchPartitions());
  }

  private async guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.problem.set(undefined);
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  private async fetch(): Promise<void> {
    const [workers, queues] = await Promise.all([this.api.workers(), this.api.queues()]);
    const head = { type: 'snapshot', ref: '', seq: 0 } as const;
    const messages = [
      { ...head, topic: 'workers' as const, items: workers.items },
      { ...head, topic: 'queues' as const, items: queues.items },
    ];
    this.capacity.update((capacity) => messages.reduce(foldCapacity, capacity));
    this.set.set(queues.settings);
    this.isLoaded.set(true);
  }

  private async fetchTasks(): Promise<void> {
    this.tasks.set((await this.capacityApi.tasks()).items);
  }

  private async fetchPartitions(): Promise<void> {
    this.partitions.set((await this.capacityApi.partitions()).items);
  }
}
