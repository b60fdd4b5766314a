import { Body, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  actBodySchema,
  activateBodySchema,
  type DefinitionDetail,
  type DefinitionDiff,
  type DefinitionPaused,
  definitionParamsSchema,
  definitionsQuerySchema,
  type DefinitionVersion,
  diffQuerySchema,
  type Registered,
  registerQuerySchema,
  type Validated,
  versionParamsSchema,
} from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import type { ApiRequest } from '../http/entry.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { DefinitionCatalog, type DefinitionText, toVersionSummary } from './definition-catalog.js';
import { DefinitionPausing } from './definition-pausing.js';
import { diffDefinitions } from './diff.js';

type NameParams = z.output<typeof definitionParamsSchema>;
const validateQuerySchema = registerQuerySchema.pick({ strict: true, requireWorkers: true });

@ApiController('api/v1/definitions')
export class DefinitionsController {
  constructor(
    private readonly catalog: DefinitionCatalog,
    private readonly pausing: DefinitionPausing,
  ) {}

  @Post()
  async register(
    @Req() request: ApiRequest,
    @Query({ schema: registerQuerySchema }) query: z.output<typeof registerQuerySchema>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Registered> {
    // Unless it is said, whether a version becomes active depends on the version: a pre-release does not.
    const activate = request.query['activate'] === undefined ? undefined : query.activate;
    const registered = await this.catalog.register(sourceOf(request), { ...query, activate });
    response.status(registered.outcome === 'created' ? 201 : 200);
    return registered;
  }

  @Post('validate')
  @HttpCode(200)
  validate(
    @Req() request: ApiRequest,
    @Query({ schema: validateQuerySchema }) query: z.output<typeof validateQuerySchema>,
  ): Promise<Validated> {
    return this.catalog.validate(sourceOf(request), query);
  }

  @Get()
  list(
    @Query({ schema: definitionsQuerySchema }) query: z.output<typeof definitionsQuerySchema>,
  ): ReturnType<DefinitionCatalog['list']> {
    return this.catalog.list(query);
  }

  @Get(':name')
  detail(@Param({ schema: definitionParamsSchema }) { name }: NameParams): Promise<DefinitionDetail> {
    return this.catalog.detail(name);
  }

  @Get(':name/versions')
  async versions(
    @Param({ schema: definitionParamsSchema }) { name }: NameParams,
  ): Promise<{ items: DefinitionDetail['all']; next: null }> {
    return { items: (await this.catalog.versions(name)).map(toVersionSummary), next: null };
  }

  @Get(':name/versions/:version')
  version(
    @Param({ schema: versionParamsSchema }) { name, version }: z.output<typeof versionParamsSchema>,
  ): Promise<DefinitionVersion> {
    return this.catalog.version(name, version);
  }

  @Get(':name/diff')
  async diff(
    @Param({ schema: definitionParamsSchema }) { name }: NameParams,
    @Query({ schema: diffQuerySchema }) { from, to }: z.output<typeof diffQuerySchema>,
  ): Promise<DefinitionDiff> {
    const [before, after] = await Promise.all([this.catalog.compiled(name, from), this.catalog.compiled(name, to)]);
    return { name, from, to, ...diffDefinitions(before.stored.spec, after.stored.spec) };
  }

  @Put(':name/active')
  async activate(
    @Param({ schema: definitionParamsSchema }) { name }: NameParams,
    @Body({ schema: activateBodySchema }) { version, reason }: z.output<typeof activateBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<{ name: string; activeVersion: string; previous: string | null }> {
    const { previous } = await this.catalog.activate(name, version, reason, request.subject);
    return { name, activeVersion: version, previous };
  }

  @Post(':name/pause')
  @HttpCode(200)
  pause(
    @Param({ schema: definitionParamsSchema }) { name }: NameParams,
    @Body({ schema: actBodySchema }) act: z.output<typeof actBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<DefinitionPaused> {
    return this.pausing.pause(name, act, request.subject);
  }

  @Post(':name/resume')
  @HttpCode(200)
  resume(
    @Param({ schema: definitionParamsSchema }) { name }: NameParams,
    @Body({ schema: actBodySchema }) act: z.output<typeof actBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<DefinitionPaused> {
    return this.pausing.resume(name, act, request.subject);
  }
}

const sourceOf = (request: ApiRequest): DefinitionText => ({
  text: request.bodyText ?? '',
  format: request.bodyFormat ?? 'json',
});
