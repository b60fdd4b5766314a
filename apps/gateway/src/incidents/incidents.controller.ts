import { Body, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  type DiscardBody,
  discardBodySchema,
  type Incident,
  type IncidentDetail,
  type IncidentGroups,
  incidentGroupsQuerySchema,
  incidentParamsSchema,
  type IncidentsActed,
  incidentsQuerySchema,
  type RedriveBody,
  redriveBodySchema,
  type ResolveBody,
  resolveBodySchema,
} from '#libs/contracts';
import type { PageOf } from '#libs/persistence';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { IncidentDesk } from './incident-desk.js';
import { IncidentReader } from './incident-reader.js';

/** What needs a person. */
@ApiController('api/v1/incidents')
export class IncidentsController {
  constructor(
    private readonly reader: IncidentReader,
    private readonly desk: IncidentDesk,
  ) {}

  @Get()
  list(@Query({ schema: incidentsQuerySchema }) query: z.output<typeof incidentsQuerySchema>): Promise<PageOf<Incident>> {
    return this.reader.page(query);
  }

  @Get('groups')
  groups(
    @Query({ schema: incidentGroupsQuerySchema }) query: z.output<typeof incidentGroupsQuerySchema>,
  ): Promise<IncidentGroups> {
    return this.reader.groups(query);
  }

  @Get(':id')
  get(@Param({ schema: incidentParamsSchema }) { id }: z.output<typeof incidentParamsSchema>): Promise<IncidentDetail> {
    return this.reader.get(id);
  }

  @Post('redrive')
  @HttpCode(200)
  redrive(
    @Body({ schema: redriveBodySchema }) body: RedriveBody,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<IncidentsActed> {
    return told(response, this.desk.act('incident.redrive', body, request.subject));
  }

  @Post('discard')
  @HttpCode(200)
  discard(
    @Body({ schema: discardBodySchema }) body: DiscardBody,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<IncidentsActed> {
    return told(response, this.desk.act('incident.discard', body, request.subject));
  }

  @Post('resolve')
  @HttpCode(200)
  resolve(
    @Body({ schema: resolveBodySchema }) body: ResolveBody,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<IncidentsActed> {
    return told(response, this.desk.act('incident.resolve', body, request.subject));
  }
}

/** A job is under way: 202, and where to look. */
async function told(response: Response, acting: Promise<IncidentsActed>): Promise<IncidentsActed> {
  const acted = await acting;
  if (acted.job !== null) response.status(202).location(`/api/v1/bulk/${acted.job}`);
  return acted;
}
