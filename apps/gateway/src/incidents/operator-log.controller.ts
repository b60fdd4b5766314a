import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { type OperatorLogItem, operatorLogQuerySchema } from '#libs/contracts';
import type { Json } from '#libs/engine';
import { jsonOr, OperatorLog, type PageOf } from '#libs/persistence';
import { ApiController } from '../http/api-controller.js';
import { toIso } from '../http/times.js';

/** Who did what to what. */
@ApiController('api/v1/operator-log')
export class OperatorLogController {
  constructor(private readonly log: OperatorLog) {}

  @Get()
  async list(
    @Query({ schema: operatorLogQuerySchema }) query: z.output<typeof operatorLogQuerySchema>,
  ): Promise<PageOf<OperatorLogItem>> {
    const { cursor, limit, from, to, ...same } = query;
    const filter = {
      ...same,
      ...(from !== undefined && { from: Date.parse(from) }),
      ...(to !== undefined && { to: Date.parse(to) }),
    };
    const { items, next } = await this.log.list(filter, { cursor, limit });
    const present = ({ id, at, actor, action, target, reason, address, details }: (typeof items)[number]): OperatorLogItem => ({
      ...{ id, at: toIso(at), actor, action, target, reason, address },
      details: details === null ? null : jsonOr<Json>(details, () => true, { unreadable: true }),
    });
    return { items: items.map(present), next };
  }
}
