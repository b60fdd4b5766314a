import { Controller, Get, Param, Post, Query, Req, Res, UseFilters, UseInterceptors, UsePipes } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  type hookAnswerSchema,
  type hookDeliveryPageSchema,
  hookDeliveriesQuerySchema,
  triggerParamsSchema,
} from '#libs/contracts';
import { HookDeliveries, TriggerStore } from '#libs/persistence';
import { PlaceInterceptor } from '../admission/place.interceptor.js';
import { ApiProblem } from '../http/api-problem.js';
import type { ApiRequest } from '../http/entry.js';
import { pathOf } from '../http/path-of.js';
import { ProblemFilter, traceIdOfRequest } from '../http/problem.filter.js';
import { toIso } from '../http/times.js';
import { ValidationPipe } from '../http/validation.pipe.js';
import { HookReceiver } from './hook-receiver.js';

/**
 * Requests of other systems. No `ApiController`: who sends one is known by its signature, and an answer is told again only to who may
 * have the first.
 */
@Controller('api/v1/hooks')
@UseFilters(ProblemFilter)
@UsePipes(ValidationPipe)
@UseInterceptors(PlaceInterceptor)
export class HooksController {
  constructor(
    private readonly receiver: HookReceiver,
    private readonly triggers: TriggerStore,
    private readonly deliveries: HookDeliveries,
  ) {}

  @Post(':name')
  async receive(
    @Param('name') name: string,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.output<typeof hookAnswerSchema>> {
    const { method, headers, originalUrl, bodyBytes = Buffer.alloc(0) } = request;
    const { status, body } = await this.receiver.receive(name, {
      ...{ method, headers, body: bodyBytes },
      query: originalUrl.split('?').slice(1).join('?'),
      traceId: traceIdOfRequest(request),
      path: pathOf(request),
    });
    response.status(status);
    return JSON.parse(body) as z.output<typeof hookAnswerSchema>;
  }

  @Get(':name/deliveries')
  async list(
    @Param({ schema: triggerParamsSchema }) { name }: z.output<typeof triggerParamsSchema>,
    @Query({ schema: hookDeliveriesQuerySchema }) query: z.output<typeof hookDeliveriesQuerySchema>,
  ): Promise<z.output<typeof hookDeliveryPageSchema>> {
    if ((await this.triggers.get(name))?.kind !== 'hook')
      throw new ApiProblem('HOOK_NOT_FOUND', `expected the name of a hook, but there is none named ${name}`);
    const { items, next } = await this.deliveries.list(name, query);
    return {
      items: items.map(({ deliveryId, at, signature, status, outcome, instanceId, reason, bytes, body }) => ({
        ...{ id: deliveryId, at: toIso(at), signature, status, outcome, instance: instanceId, reason, bytes, body },
      })),
      next,
    };
  }
}
