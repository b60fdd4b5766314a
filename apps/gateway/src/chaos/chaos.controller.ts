import { Body, Get, HttpCode, Post, Put, Req } from '@nestjs/common';
import type { z } from 'zod';
import {
  type Chaos,
  type ChaosBody,
  chaosBodySchema,
  type ChaosPreview,
  chaosPreviewBodySchema,
  chaosResetBodySchema,
} from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { ChaosSwitch } from './chaos-switch.js';

/** Faults on purpose. */
@ApiController('api/v1/chaos')
export class ChaosController {
  constructor(private readonly chaos: ChaosSwitch) {}

  @Get()
  get(): Promise<Chaos> {
    return this.chaos.state();
  }

  @Put()
  set(@Body({ schema: chaosBodySchema }) body: ChaosBody, @Req() request: IdempotentRequest): Promise<Chaos> {
    return this.chaos.set(body, request.subject);
  }

  @Post('preview')
  @HttpCode(200)
  preview(@Body({ schema: chaosPreviewBodySchema }) plan: z.output<typeof chaosPreviewBodySchema>): Promise<ChaosPreview> {
    return this.chaos.preview(plan);
  }

  @Post('reset')
  @HttpCode(200)
  reset(
    @Body({ schema: chaosResetBodySchema }) act: z.output<typeof chaosResetBodySchema> | undefined,
    @Req() request: IdempotentRequest,
  ): Promise<Chaos> {
    return this.chaos.reset(act ?? {}, request.subject);
  }
}
