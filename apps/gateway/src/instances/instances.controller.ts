import { Body, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  type ApiProblemBody,
  historyQuerySchema,
  type History,
  type Instance,
  type InstancePage,
  instanceParamsSchema,
  maxBatch,
  startBatchBodySchema,
  startBodySchema,
  type Started,
  type StartedBatch,
  startQuerySchema,
  stepListSchema,
  stepsQuerySchema,
  waitQuerySchema,
} from '#libs/contracts';
import { EVENT_STORE, type EventStore } from '#libs/persistence';
import { ApiController } from '../http/api-controller.js';
import { ApiProblem } from '../http/api-problem.js';
import { type IdempotentRequest, RemembersItself, replay } from '../http/idempotency.interceptor.js';
import { traceIdOfRequest } from '../http/problem.filter.js';
import { goneSignal } from '../http/gone-signal.js';
import type { OnceAnswer } from '../http/once.js';
import { checkBody } from '../http/validation.pipe.js';
import { InstanceEnds } from './instance-ends.js';
import { InstanceList } from './instance-list.js';
import { InstanceReader } from './instance-reader.js';
import { InstanceStarter } from './instance-starter.js';
import { NamedStarts } from './named-starts.js';
import type { StartAnswer } from './prepare-start.js';
import { toEventItem } from './present-event.js';
import { parseStatuses } from './step-statuses.js';

type IdParams = z.output<typeof instanceParamsSchema>;

@ApiController('api/v1/instances')
export class InstancesController {
  constructor(
    private readonly named: NamedStarts,
    private readonly starter: InstanceStarter,
    private readonly reader: InstanceReader,
    private readonly pages: InstanceList,
    private readonly ends: InstanceEnds,
    @Inject(EVENT_STORE) private readonly events: EventStore,
  ) {}

  @Post()
  @RemembersItself()
  async start(
    @Body() body: unknown,
    @Query({ schema: startQuerySchema }) query: z.output<typeof startQuerySchema>,
    @Req() { named }: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Started | Instance | ApiProblemBody> {
    const answer = named ? await this.named.start(named, body) : await this.startOne(body);
    if (answer.isReplay) replay(response, answer);
    if (answer.status >= 400) return JSON.parse(answer.body) as ApiProblemBody;
    const instance = JSON.parse(answer.body) as Started;
    response.status(answer.status).location(`/api/v1/instances/${instance.id}`);
    if (query.wait === undefined) return instance;
    // What is remembered is the start: a repeat waits as well.
    const isNew = answer.status === 201 && !answer.isReplay;
    const ended = await this.ends.endOf(instance.id, query.wait, goneSignal(response), isNew ? instance : undefined);
    if (ended.isEnded) return ended.instance;
    response.status(202);
    return { ...ended.started, ...(instance.event && { event: instance.event }) };
  }

  @Post('batch')
  @HttpCode(200)
  async startBatch(
    @Body({ schema: startBatchBodySchema }) { instances }: z.output<typeof startBatchBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<StartedBatch> {
    const answers = await this.starter.startAll(instances.slice(0, maxBatch), request.subject);
    const traceId = traceIdOfRequest(request);
    return { items: answers.map((answer) => batchItem(answer, traceId)) };
  }

  private async startOne(body: unknown): Promise<OnceAnswer> {
    const started = (await this.starter.startNew(body)) ?? (await this.starter.start(checkBody(startBodySchema, body)));
    return { status: started.status, body: JSON.stringify(started.instance), isReplay: false };
  }

  @Get()
  list(@Query() query: Record<string, unknown>): Promise<InstancePage> {
    return this.pages.page(query);
  }

  @Get(':id')
  get(@Param({ schema: instanceParamsSchema }) { id }: IdParams): Promise<Instance> {
    return this.reader.instance(id);
  }

  @Get(':id/steps')
  steps(
    @Param({ schema: instanceParamsSchema }) { id }: IdParams,
    @Query({ schema: stepsQuerySchema }) { status, include, ...page }: z.output<typeof stepsQuerySchema>,
  ): Promise<z.output<typeof stepListSchema>> {
    return this.reader.steps(id, { ...page, statuses: parseStatuses(status), withData: include === 'data' });
  }

  @Get(':id/history')
  async history(
    @Param({ schema: instanceParamsSchema }) { id }: IdParams,
    @Query({ schema: historyQuerySchema }) { after, limit }: z.output<typeof historyQuerySchema>,
  ): Promise<History> {
    const head = await this.reader.head(id);
    const items = (await this.events.history(head.id, after, limit + 1)).map(toEventItem);
    const page = items.slice(0, limit);
    return { items: page, next: items.length > limit ? (page.at(-1)?.seq ?? null) : null };
  }

  @Get(':id/wait')
  async wait(
    @Param({ schema: instanceParamsSchema }) { id }: IdParams,
    @Query({ schema: waitQuerySchema }) { timeout }: z.output<typeof waitQuerySchema>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Started | Instance> {
    const ended = await this.ends.endOf(id, timeout, goneSignal(response));
    if (ended.isEnded) return ended.instance;
    response.status(202);
    return ended.started;
  }
}

function batchItem(answer: StartAnswer | ApiProblem, traceId: string): StartedBatch['items'][number] {
  return answer instanceof ApiProblem
    ? { status: answer.status, problem: answer.body(traceId) }
    : { status: answer.status, instance: answer.instance };
}
