import { Get, Inject } from '@nestjs/common';
import type { Partition, Queue, Task, Worker } from '#libs/contracts';
import { LEASE_STORE, type LeaseStore } from '#libs/persistence';
import { CONFIG, type Config } from '#libs/platform';
import { ApiController } from '../http/api-controller.js';
import { toIsoOrNull } from '../http/times.js';
import { LiveFeed } from '../live/live-feed.js';
import { tasksOf } from './queue-board.js';
import { QueueList } from './queue-list.js';

/** Not paged: there are as many as there are processes and tasks. */
interface All<T> {
  readonly items: T[];
  readonly next: null;
}
const all = <T>(items: T[]): All<T> => ({ items, next: null });

@ApiController('api/v1')
export class CapacityController {
  constructor(
    private readonly feed: LiveFeed,
    private readonly queueList: QueueList,
    @Inject(LEASE_STORE) private readonly leases: LeaseStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('workers')
  workers(): All<Worker> {
    return all(this.feed.registry.list(Date.now()));
  }

  @Get('queues')
  async queues(): Promise<All<Queue>> {
    return all(await this.queueList.list());
  }

  @Get('tasks')
  tasks(): All<Task> {
    return all(tasksOf(this.feed.registry.announcements(Date.now())));
  }

  @Get('partitions')
  async partitions(): Promise<All<Partition>> {
    const rows = await this.leases.list(this.config.topology);
    return all(rows.map((row) => ({ ...row, expiresAt: toIsoOrNull(row.expiresAt) })));
  }
}
