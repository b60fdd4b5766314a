import { Body, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  bulkBodySchema,
  type BulkBody,
  type BulkDryRun,
  type BulkJob,
  bulkParamsSchema,
  bulkQuerySchema,
  bulkStopBodySchema,
} from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { BulkJobs } from './bulk-jobs.js';

type Params = z.output<typeof bulkParamsSchema>;

/** One action on many instances. */
@ApiController('api/v1/bulk')
export class BulkController {
  constructor(private readonly jobs: BulkJobs) {}

  @Post()
  async start(
    @Body({ schema: bulkBodySchema }) body: BulkBody,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BulkDryRun | BulkJob> {
    if (body.dryRun) {
      response.status(200);
      return this.jobs.dryRun(body);
    }
    const job = await this.jobs.start(body, request.subject);
    response.status(202).location(`/api/v1/bulk/${job.id}`);
    return job;
  }

  @Get(':id')
  get(
    @Param({ schema: bulkParamsSchema }) { id }: Params,
    @Query({ schema: bulkQuerySchema }) { after, limit }: z.output<typeof bulkQuerySchema>,
  ): Promise<BulkJob> {
    return this.jobs.get(id, after ?? null, limit);
  }

  @Post(':id/stop')
  @HttpCode(200)
  stop(
    @Param({ schema: bulkParamsSchema }) { id }: Params,
    @Body({ schema: bulkStopBodySchema }) act: z.output<typeof bulkStopBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<BulkJob> {
    return this.jobs.stop(id, act, request.subject);
  }
}
