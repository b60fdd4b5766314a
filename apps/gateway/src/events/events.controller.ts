import { Body, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  actQuerySchema,
  bindBodySchema,
  defaultTenant,
  eventByKeyBodySchema,
  type EventOutcome,
  eventParamsSchema,
  eventsQuerySchema,
  eventToInstanceBodySchema,
  type keptEventPageSchema,
} from '#libs/contracts';
import { EventDoor } from '#libs/persistence';
import { type Acting, ActingOn } from '../actions/acting.js';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { toIso } from '../http/times.js';
import { type EventAnswer, EventGate } from './event-gate.js';

type Wait = z.output<typeof actQuerySchema>;

/** Events from outside: to one instance, by key, and what became of those nobody waited for. */
@ApiController('api/v1')
export class EventsController {
  constructor(
    private readonly gate: EventGate,
    private readonly door: EventDoor,
  ) {}

  @Post('instances/:id/events')
  async toInstance(
    @ActingOn() { id, waitMs, commandId, response }: Acting,
    @Body({ schema: eventToInstanceBodySchema }) body: z.output<typeof eventToInstanceBodySchema>,
  ): Promise<EventOutcome> {
    // Without an id of its own a repeat of the request must still be the same event.
    return answer(response, await this.gate.toInstance(id, { ...body, id: body.id ?? commandId }, waitMs));
  }

  @Post('events')
  async byKey(
    @Body({ schema: eventByKeyBodySchema }) body: z.output<typeof eventByKeyBodySchema>,
    @Query({ schema: actQuerySchema }) { wait }: Wait,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventOutcome> {
    return answer(response, await this.gate.byKey({ ...body, id: body.id ?? request.subject }, wait));
  }

  @Get('events')
  async list(
    @Query({ schema: eventsQuerySchema }) query: z.output<typeof eventsQuerySchema>,
  ): Promise<z.output<typeof keptEventPageSchema>> {
    const { items, next } = await this.door.list(defaultTenant, query);
    return {
      items: items.map(({ id, name, key, payload, receivedAt, expiresAt }) => ({
        ...{ id, name, key, payload },
        receivedAt: toIso(receivedAt),
        expiresAt: toIso(expiresAt),
      })),
      next,
    };
  }

  @Post('events/:id/bind')
  async bind(
    @Param({ schema: eventParamsSchema }) { id }: z.output<typeof eventParamsSchema>,
    @Body({ schema: bindBodySchema }) body: z.output<typeof bindBodySchema>,
    @Query({ schema: actQuerySchema }) { wait }: Wait,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventOutcome> {
    return answer(response, await this.gate.bind(id, body, wait, request.subject));
  }
}

function answer(response: Response, { status, body }: EventAnswer): EventOutcome {
  response.status(status);
  return body;
}
