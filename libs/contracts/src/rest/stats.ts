import { z } from 'zod';
import { cappedCountSchema, definitionNameSchema, isoTimeSchema } from './common.js';

export const statsQuerySchema = z.strictObject({
  definition: definitionNameSchema.optional(),
  from: z.iso.datetime({ offset: true }).optional().describe('Default: an hour before `to`'),
  to: z.iso.datetime({ offset: true }).optional().describe('Default: now'),
  by: z.enum(['minute', 'hour', 'day']).default('minute').describe('Width of a point; at most 1,500 points'),
});

const counts = {
  started: z.int(),
  completed: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  timedOut: z.int(),
  steps: z.int().describe('Step attempts that ended'),
};
export const statsPointSchema = z
  .object({ at: isoTimeSchema.describe('Start of the span'), ...counts, meanDurationMs: z.number().nullable() })
  .meta({ id: 'StatsPoint' });
export type StatsPoint = z.infer<typeof statsPointSchema>;

export const statsSchema = z
  .object({
    from: isoTimeSchema,
    to: isoTimeSchema,
    by: z.enum(['minute', 'hour', 'day']),
    totals: z.object({
      ...counts,
      successRate: z.number().nullable().describe('completed ÷ (completed + failed + timed out), 0–1; null when nothing ended'),
      meanDurationMs: z.number().nullable(),
    }),
    active: cappedCountSchema.describe('Instances that have not ended'),
    byStatus: z.record(z.string(), z.int()).describe('Instances that have not ended, by status; counting stops at 10,000'),
    series: z.array(statsPointSchema).describe('Oldest first, without holes'),
  })
  .meta({ id: 'Stats' });
export type Stats = z.infer<typeof statsSchema>;

/** What the overview shows; also the `stats` topic of `/live`. */
export const overviewSchema = z
  .object({
    at: isoTimeSchema,
    successRate: z.number().nullable().describe('Of the last hour, 0–1'),
    throughputPerSecond: z.number().describe('Instances ended, over the last minute'),
    stepsPerSecond: z.number().describe('Step attempts ended, over the last minute'),
    startedLastHour: z.int(),
    completedLastHour: z.int(),
    failedLastHour: z.int().describe('Failed or timed out'),
    active: cappedCountSchema,
    byStatus: z.record(z.string(), z.int()),
    queued: z.int().describe('Steps that wait for a worker'),
    oldestQueuedAt: isoTimeSchema.nullable(),
    workers: z.int().describe('Live workers'),
    series: z.array(statsPointSchema).describe('Last 60 minutes, oldest first'),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof overviewSchema>;
