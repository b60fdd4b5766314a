import { Body, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { z } from 'zod';
import {
  actBodySchema,
  type PartitionList,
  type Queue,
  type QueueSettings,
  type Task,
  type Worker,
  workerParamsSchema,
} from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { LaneSettings } from '../lanes/lane-settings.js';
import { toQueueSettings } from '../lanes/present-lane.js';
import { LiveFeed } from '../live/live-feed.js';
import { tasksOf } from './queue-board.js';
import { PartitionOwners } from './partition-owners.js';
import { QueueList } from './queue-list.js';
import { taskList } from './task-list.js';
import { WorkerDrain } from './worker-drain.js';

type Named = z.output<typeof workerParamsSchema>;
type Act = z.output<typeof actBodySchema>;

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
    private readonly lanes: LaneSettings,
    private readonly owners: PartitionOwners,
    private readonly drains: WorkerDrain,
  ) {}

  @Get('workers')
  workers(): All<Worker> {
    return all(this.feed.registry.list(Date.now()));
  }

  @Get('queues')
  async queues(): Promise<All<Queue> & { readonly settings: QueueSettings[] }> {
    const [items, rows] = await Promise.all([this.queueList.list(), this.lanes.rows()]);
    const settings = [...rows.values()].filter(({ scope }) => scope === 'queue').map(toQueueSettings);
    return { ...all(items), settings };
  }

  @Get('tasks')
  async tasks(): Promise<All<Task>> {
    return all(taskList(tasksOf(this.feed.registry.announcements(Date.now())), await this.lanes.rows(), this.feed.board));
  }

  @Get('partitions')
  partitions(): Promise<PartitionList> {
    return this.owners.list();
  }

  @Get('workers/:id')
  worker(@Param({ schema: workerParamsSchema }) { id }: Named): Worker {
    return this.drains.find(id);
  }

  @Post('workers/:id/drain')
  @HttpCode(200)
  drain(
    @Param({ schema: workerParamsSchema }) { id }: Named,
    @Body({ schema: actBodySchema }) act: Act,
    @Req() { subject }: IdempotentRequest,
  ): Promise<Worker> {
    return this.drains.order(id, true, act, subject);
  }

  @Post('workers/:id/resume')
  @HttpCode(200)
  resume(
    @Param({ schema: workerParamsSchema }) { id }: Named,
    @Body({ schema: actBodySchema }) act: Act,
    @Req() { subject }: IdempotentRequest,
  ): Promise<Worker> {
    return this.drains.order(id, false, act, subject);
  }
}
