import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  backfillBodySchema,
  type Backfilled,
  nextQuerySchema,
  type NextTimes,
  previewBodySchema,
  type Trigger,
  triggerActBodySchema,
  triggerChangeQuerySchema,
  type triggerPageSchema,
  triggerParamsSchema,
  type TriggerRun,
  type triggerRunPageSchema,
  triggerRunsQuerySchema,
  triggersQuerySchema,
} from '#libs/contracts';
import type { Json } from '#libs/engine';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { TriggerCatalog } from './trigger-catalog.js';
import { TriggerRuns } from './trigger-runs.js';

type Named = z.output<typeof triggerParamsSchema>;
type Act = z.output<typeof triggerActBodySchema>;

/** What starts instances by itself. */
@ApiController('api/v1/triggers')
export class TriggersController {
  constructor(
    private readonly catalog: TriggerCatalog,
    private readonly triggerRuns: TriggerRuns,
  ) {}

  @Get()
  list(
    @Query({ schema: triggersQuerySchema }) query: z.output<typeof triggersQuerySchema>,
  ): Promise<z.output<typeof triggerPageSchema>> {
    return this.catalog.list(query);
  }

  @Get(':name')
  get(@Param({ schema: triggerParamsSchema }) { name }: Named): Promise<Trigger> {
    return this.catalog.get(name);
  }

  /** The body is read by the engine, which says all that is wrong with it at once, and keeps it as it was put. */
  @Put(':name')
  async put(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Query({ schema: triggerChangeQuerySchema }) act: Act,
    @Body() spec: Json,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Trigger> {
    const { isNew, trigger } = await this.catalog.put(name, spec, act, request.subject);
    response.status(isNew ? 201 : 200);
    return trigger;
  }

  @Delete(':name')
  remove(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Query({ schema: triggerChangeQuerySchema }) act: Act,
    @Req() request: IdempotentRequest,
  ): Promise<Trigger> {
    return this.catalog.remove(name, act, request.subject);
  }

  @Post(':name/pause')
  @HttpCode(200)
  pause(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Body({ schema: triggerActBodySchema }) act: Act,
    @Req() request: IdempotentRequest,
  ): Promise<Trigger> {
    return this.catalog.pause(name, act, request.subject);
  }

  @Post(':name/resume')
  @HttpCode(200)
  resume(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Body({ schema: triggerActBodySchema }) act: Act,
    @Req() request: IdempotentRequest,
  ): Promise<Trigger> {
    return this.catalog.resume(name, act, request.subject);
  }

  @Post(':name/run')
  @HttpCode(201)
  run(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Body({ schema: triggerActBodySchema }) act: Act,
    @Req() request: IdempotentRequest,
  ): Promise<TriggerRun> {
    return this.triggerRuns.run(name, act, request.subject);
  }

  @Get(':name/runs')
  runs(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Query({ schema: triggerRunsQuerySchema }) page: z.output<typeof triggerRunsQuerySchema>,
  ): Promise<z.output<typeof triggerRunPageSchema>> {
    return this.triggerRuns.list(name, page);
  }

  @Get(':name/next')
  next(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Query({ schema: nextQuerySchema }) { count }: z.output<typeof nextQuerySchema>,
  ): Promise<NextTimes> {
    return this.triggerRuns.next(name, count);
  }

  @Post('preview')
  @HttpCode(200)
  preview(@Body({ schema: previewBodySchema }) body: z.output<typeof previewBodySchema>): NextTimes {
    return this.triggerRuns.preview(body);
  }

  @Post(':name/backfill')
  async backfill(
    @Param({ schema: triggerParamsSchema }) { name }: Named,
    @Body({ schema: backfillBodySchema }) body: z.output<typeof backfillBodySchema>,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Backfilled> {
    response.status(body.dryRun ? 200 : 202);
    return this.triggerRuns.backfill(name, body, request.subject);
  }
}
