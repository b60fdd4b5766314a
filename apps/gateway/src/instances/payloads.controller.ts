import { Get, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { payloadParamsSchema } from '#libs/contracts';
import { PayloadQueries } from '#libs/persistence';
import { ApiController } from '../http/api-controller.js';
import { ApiProblem } from '../http/api-problem.js';
import { InstanceReader } from './instance-reader.js';

/** Values that stand apart from the history. */
@ApiController('api/v1/instances')
export class PayloadsController {
  constructor(
    private readonly payloads: PayloadQueries,
    private readonly reader: InstanceReader,
  ) {}

  @Get(':id/payloads/:sha256')
  async get(
    @Param({ schema: payloadParamsSchema }) { id, sha256 }: z.output<typeof payloadParamsSchema>,
    @Res() response: Response,
  ): Promise<void> {
    const content = await this.payloads.content(id, sha256);
    if (content === undefined) {
      await this.reader.head(id); // an unknown instance is named as such
      throw new ApiProblem('PAYLOAD_NOT_FOUND', `expected the SHA-256 of a payload of ${id}, but it has none with ${sha256}`);
    }
    // As it is stored: it may be large, and is JSON already.
    response.type('application/json').send(Buffer.from(content));
  }
}
