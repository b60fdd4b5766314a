import { Body, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  actBodySchema,
  type Acted,
  cancelBodySchema,
  cancelStepBodySchema,
  completeStepBodySchema,
  instanceParamsSchema,
  restartBodySchema,
  retryStepBodySchema,
  skipStepBodySchema,
  type Started,
} from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { type Acting, ActingOn } from './acting.js';
import { type ActMessage, InstanceActions } from './instance-actions.js';
import { InstanceRestarter } from './instance-restarter.js';

type Body<S extends z.ZodType> = z.output<S>;

/** What people do to instances and their steps. */
@ApiController('api/v1/instances/:id')
export class ActionsController {
  constructor(
    private readonly actions: InstanceActions,
    private readonly restarter: InstanceRestarter,
  ) {}

  @Post('cancel')
  cancel(@ActingOn() on: Acting, @Body({ schema: cancelBodySchema }) body: Body<typeof cancelBodySchema>): Promise<Acted> {
    return this.act(on, { type: 'cancel', ...body });
  }

  @Post('pause')
  pause(@ActingOn() on: Acting, @Body({ schema: actBodySchema }) body: Body<typeof actBodySchema>): Promise<Acted> {
    return this.act(on, { type: 'pause', ...body });
  }

  @Post('resume')
  resume(@ActingOn() on: Acting, @Body({ schema: actBodySchema }) body: Body<typeof actBodySchema>): Promise<Acted> {
    return this.act(on, { type: 'resume', ...body });
  }

  @Post('retry')
  retry(@ActingOn() on: Acting, @Body({ schema: actBodySchema }) body: Body<typeof actBodySchema>): Promise<Acted> {
    return this.act(on, { type: 'retry', ...body });
  }

  @Post('steps/retry')
  retryStep(
    @ActingOn() on: Acting,
    @Body({ schema: retryStepBodySchema }) body: Body<typeof retryStepBodySchema>,
  ): Promise<Acted> {
    return this.act(on, { type: 'retryStep', ...body });
  }

  @Post('steps/skip')
  skipStep(@ActingOn() on: Acting, @Body({ schema: skipStepBodySchema }) body: Body<typeof skipStepBodySchema>): Promise<Acted> {
    return this.act(on, { type: 'skipStep', ...body });
  }

  @Post('steps/complete')
  completeStep(
    @ActingOn() on: Acting,
    @Body({ schema: completeStepBodySchema }) body: Body<typeof completeStepBodySchema>,
  ): Promise<Acted> {
    return this.act(on, { type: 'completeStep', ...body });
  }

  @Post('steps/cancel')
  cancelStep(
    @ActingOn() on: Acting,
    @Body({ schema: cancelStepBodySchema }) body: Body<typeof cancelStepBodySchema>,
  ): Promise<Acted> {
    return this.act(on, { type: 'cancelStep', ...body });
  }

  @Post('restart')
  @HttpCode(201)
  async restart(
    @Param({ schema: instanceParamsSchema }) { id }: Body<typeof instanceParamsSchema>,
    @Body({ schema: restartBodySchema }) body: Body<typeof restartBodySchema>,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Started> {
    const started = await this.restarter.restart(id, body, request.subject);
    response.location(`/api/v1/instances/${started.id}`);
    return started;
  }

  private async act({ id, waitMs, commandId, response }: Acting, message: ActMessage): Promise<Acted> {
    const { status, body } = await this.actions.act({ id, message, commandId, waitMs });
    response.status(status);
    return body;
  }
}
