import { Body, Get, Param, Put, Req } from '@nestjs/common';
import type { z } from 'zod';
import {
  queueParamsSchema,
  type QueueSettings,
  queueSettingsBodySchema,
  taskParamsSchema,
  type TaskSettings,
  taskSettingsBodySchema,
} from '#libs/contracts';
import { unsetLane } from '#libs/persistence';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { LaneSettings } from './lane-settings.js';
import { toQueueSettings, toTaskSettings } from './present-lane.js';

type QueueNamed = z.output<typeof queueParamsSchema>;
type TaskNamed = z.output<typeof taskParamsSchema>;

/** What is set for queues and tasks: limits, pauses, breakers. */
@ApiController('api/v1')
export class LanesController {
  constructor(private readonly lanes: LaneSettings) {}

  @Get('queues/:name')
  async queue(@Param({ schema: queueParamsSchema }) { name }: QueueNamed): Promise<QueueSettings> {
    const lane = { scope: 'queue', name } as const;
    return toQueueSettings((await this.lanes.row(lane)) ?? unsetLane(lane));
  }

  @Put('queues/:name')
  async setQueue(
    @Param({ schema: queueParamsSchema }) { name }: QueueNamed,
    @Body({ schema: queueSettingsBodySchema }) change: z.output<typeof queueSettingsBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<QueueSettings> {
    return toQueueSettings(await this.lanes.change({ scope: 'queue', name }, change, request.subject));
  }

  @Get('tasks/:name')
  async task(@Param({ schema: taskParamsSchema }) { name }: TaskNamed): Promise<TaskSettings> {
    const lane = { scope: 'task', name } as const;
    return toTaskSettings((await this.lanes.row(lane)) ?? unsetLane(lane));
  }

  @Put('tasks/:name')
  async setTask(
    @Param({ schema: taskParamsSchema }) { name }: TaskNamed,
    @Body({ schema: taskSettingsBodySchema }) change: z.output<typeof taskSettingsBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<TaskSettings> {
    return toTaskSettings(await this.lanes.change({ scope: 'task', name }, change, request.subject));
  }
}
