import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import {
  redeliverBodySchema,
  type Webhook,
  webhookActBodySchema,
  webhookBodySchema,
  webhookChangeQuerySchema,
  webhookDeliveriesQuerySchema,
  type WebhookDelivery,
  type webhookDeliveryPageSchema,
  type webhookPageSchema,
  webhookParamsSchema,
  type WebhookSpec,
  webhooksQuerySchema,
} from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { WebhookCatalog } from './webhook-catalog.js';

type Named = z.output<typeof webhookParamsSchema>;
type Act = z.output<typeof webhookActBodySchema>;

/** Where lifecycle events go by HTTP. */
@ApiController('api/v1/webhooks')
export class WebhooksController {
  constructor(private readonly catalog: WebhookCatalog) {}

  @Get()
  list(
    @Query({ schema: webhooksQuerySchema }) query: z.output<typeof webhooksQuerySchema>,
  ): Promise<z.output<typeof webhookPageSchema>> {
    return this.catalog.list(query);
  }

  @Get(':name')
  get(@Param({ schema: webhookParamsSchema }) { name }: Named): Promise<Webhook> {
    return this.catalog.get(name);
  }

  @Put(':name')
  async put(
    @Param({ schema: webhookParamsSchema }) { name }: Named,
    @Query({ schema: webhookChangeQuerySchema }) act: Act,
    @Body({ schema: webhookBodySchema }) spec: WebhookSpec,
    @Req() request: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Webhook> {
    const { isNew, webhook } = await this.catalog.put(name, spec, act, request.subject);
    response.status(isNew ? 201 : 200);
    return webhook;
  }

  @Delete(':name')
  remove(
    @Param({ schema: webhookParamsSchema }) { name }: Named,
    @Query({ schema: webhookChangeQuerySchema }) act: Act,
    @Req() request: IdempotentRequest,
  ): Promise<Webhook> {
    return this.catalog.remove(name, act, request.subject);
  }

  @Post(':name/test')
  @HttpCode(202)
  test(
    @Param({ schema: webhookParamsSchema }) { name }: Named,
    @Body({ schema: webhookActBodySchema }) act: Act,
    @Req() request: IdempotentRequest,
  ): Promise<WebhookDelivery> {
    return this.catalog.test(name, act, request.subject);
  }

  @Post(':name/enable')
  @HttpCode(200)
  enable(
    @Param({ schema: webhookParamsSchema }) { name }: Named,
    @Body({ schema: webhookActBodySchema }) act: Act,
    @Req() request: IdempotentRequest,
  ): Promise<Webhook> {
    return this.catalog.enable(name, act, request.subject);
  }

  @Get(':name/deliveries')
  deliveries(
    @Param({ schema: webhookParamsSchema }) { name }: Named,
    @Query({ schema: webhookDeliveriesQuerySchema }) query: z.output<typeof webhookDeliveriesQuerySchema>,
  ): Promise<z.output<typeof webhookDeliveryPageSchema>> {
    return this.catalog.deliveries(name, query);
  }

  @Post(':name/deliveries/redeliver')
  @HttpCode(200)
  redeliver(
    @Param({ schema: webhookParamsSchema }) { name }: Named,
    @Body({ schema: redeliverBodySchema }) { id, ...act }: z.output<typeof redeliverBodySchema>,
    @Req() request: IdempotentRequest,
  ): Promise<WebhookDelivery> {
    return this.catalog.redeliver(name, id, act, request.subject);
  }
}
