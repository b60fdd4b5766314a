import { Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { type Feed, feedQuerySchema } from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import { goneSignal } from '../http/gone-signal.js';
import { FeedReader } from './feed-reader.js';

/** What happened, in the order of commit. */
@ApiController('api/v1/feed')
export class FeedController {
  constructor(private readonly reader: FeedReader) {}

  @Get()
  read(
    @Query({ schema: feedQuerySchema }) query: z.output<typeof feedQuerySchema>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Feed> {
    return this.reader.page(query, goneSignal(response));
  }
}
