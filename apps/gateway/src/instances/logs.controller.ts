import { Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { instanceParamsSchema, logsQuerySchema, type StepLogs } from '#libs/contracts';
import { LogQueries } from '#libs/persistence';
import { ApiController } from '../http/api-controller.js';
import { toIso } from '../http/times.js';
import { InstanceReader } from './instance-reader.js';

@ApiController('api/v1/instances')
export class LogsController {
  constructor(
    private readonly reader: InstanceReader,
    private readonly logs: LogQueries,
  ) {}

  @Get(':id/logs')
  async list(
    @Param({ schema: instanceParamsSchema }) { id }: z.output<typeof instanceParamsSchema>,
    @Query({ schema: logsQuerySchema }) { path, after, limit }: z.output<typeof logsQuerySchema>,
  ): Promise<StepLogs> {
    const head = await this.reader.head(id);
    const found = await this.logs.page(head.id, { path, after, limit: limit + 1 });
    const items = found.slice(0, limit).map((line) => ({ ...line, at: toIso(line.at) }));
    return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null };
  }
}
