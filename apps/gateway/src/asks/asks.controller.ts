import { Body, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import {
  type Acted,
  answerBodySchema,
  type askPageSchema,
  askParamsSchema,
  asksQuerySchema,
  claimBodySchema,
  reassignBodySchema,
} from '#libs/contracts';
import { type Acting, ActingOn } from '../actions/acting.js';
import { type ActMessage, InstanceActions } from '../actions/instance-actions.js';
import { ApiController } from '../http/api-controller.js';
import { AskList } from './ask-list.js';

type Named = z.output<typeof askParamsSchema>;

/** What instances ask people. */
@ApiController('api/v1')
export class AsksController {
  constructor(
    private readonly asks: AskList,
    private readonly actions: InstanceActions,
  ) {}

  @Get('asks')
  list(@Query({ schema: asksQuerySchema }) query: z.output<typeof asksQuerySchema>): Promise<z.output<typeof askPageSchema>> {
    return this.asks.page(query);
  }

  @Post('instances/:id/asks/:name')
  answer(
    @ActingOn() on: Acting,
    @Param({ schema: askParamsSchema }) { name }: Named,
    @Body({ schema: answerBodySchema }) body: z.output<typeof answerBodySchema>,
  ): Promise<Acted> {
    return this.act(on, { type: 'answerAsk', name, ...body, value: body.value ?? null });
  }

  @Post('instances/:id/asks/:name/claim')
  claim(
    @ActingOn() on: Acting,
    @Param({ schema: askParamsSchema }) { name }: Named,
    @Body({ schema: claimBodySchema }) body: z.output<typeof claimBodySchema>,
  ): Promise<Acted> {
    return this.act(on, { type: 'claimAsk', name, ...body });
  }

  @Post('instances/:id/asks/:name/reassign')
  reassign(
    @ActingOn() on: Acting,
    @Param({ schema: askParamsSchema }) { name }: Named,
    @Body({ schema: reassignBodySchema }) body: z.output<typeof reassignBodySchema>,
  ): Promise<Acted> {
    return this.act(on, { type: 'reassignAsk', name, ...body });
  }

  private async act({ id, waitMs, commandId, response }: Acting, message: ActMessage): Promise<Acted> {
    const { status, body } = await this.actions.act({ id, message, commandId, waitMs });
    response.status(status);
    return body;
  }
}
