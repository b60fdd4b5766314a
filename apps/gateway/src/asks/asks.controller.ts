import { Body, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import {
  type Acted,
  answerBodySchema,
  type Ask,
  type askPageSchema,
  askParamsSchema,
  asksQuerySchema,
  claimBodySchema,
  reassignBodySchema,
} from '#libs/contracts';
import { AskQueries, type AskRow } from '#libs/persistence';
import { type Acting, ActingOn } from '../actions/acting.js';
import { type ActMessage, InstanceActions } from '../actions/instance-actions.js';
import { ApiController } from '../http/api-controller.js';
import { toIso, toIsoOrNull } from '../http/times.js';

type Named = z.output<typeof askParamsSchema>;

/** What instances ask people. */
@ApiController('api/v1')
export class AsksController {
  constructor(
    private readonly asks: AskQueries,
    private readonly actions: InstanceActions,
  ) {}

  @Get('asks')
  async list(
    @Query({ schema: asksQuerySchema }) { assignee, instance, cursor, limit }: z.output<typeof asksQuerySchema>,
  ): Promise<z.output<typeof askPageSchema>> {
    const filter = { ...(assignee !== undefined && { assignee }), ...(instance !== undefined && { instance }) };
    const { items, next } = await this.asks.open(filter, { limit, ...(cursor !== undefined && { cursor }) });
    return { items: items.map(toAsk), next };
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

const toAsk = (row: AskRow): Ask => ({
  instance: row.instanceId,
  definition: row.definition,
  path: row.path,
  name: row.name,
  kind: row.kind,
  prompt: row.prompt,
  choices: row.choices === null ? null : [...row.choices],
  form: row.form,
  assignees: [...row.assignees],
  claimedBy: row.claimedBy,
  dueAt: toIsoOrNull(row.dueAt),
  timeoutAt: toIsoOrNull(row.timeoutAt),
  openedAt: toIso(row.openedAt),
});
