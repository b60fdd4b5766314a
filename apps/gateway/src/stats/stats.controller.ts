import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { type Overview, type Stats, statsQuerySchema } from '#libs/contracts';
import { ApiController } from '../http/api-controller.js';
import { Figures } from './figures.js';

@ApiController('api/v1/stats')
export class StatsController {
  constructor(private readonly figures: Figures) {}

  @Get()
  stats(@Query({ schema: statsQuerySchema }) query: z.output<typeof statsQuerySchema>): Promise<Stats> {
    return this.figures.stats(query);
  }

  @Get('overview')
  overview(): Promise<Overview> {
    return this.figures.overview();
  }
}
