import { z } from 'zod';
import { logLevels } from '../messages/wire.js';
import { isoTimeSchema } from './common.js';

/** A line a handler logged (a script: printed). Not part of the audit log. */
export const stepLogSchema = z
  .object({
    id: z.int().positive().describe('Grows in the order in which the lines of an instance were stored'),
    path: z.string(),
    attempt: z.int().positive(),
    no: z.int().positive().describe('Within its attempt'),
    level: z.enum(logLevels),
    text: z.string(),
    at: isoTimeSchema.describe('ISO 8601, UTC, by the clock of the worker'),
  })
  .meta({ id: 'StepLog' });
export type StepLog = z.infer<typeof stepLogSchema>;

export const logsQuerySchema = z.strictObject({
  path: z.string().min(1).max(1_000).optional().describe('Only of this step, and of the steps inside it'),
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('Only lines with a higher id'),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});
export const stepLogsSchema = z
  .object({
    items: z.array(stepLogSchema),
    next: z.int().nullable().describe('`after` of the next page; null when this is all there is now'),
  })
  .meta({ id: 'StepLogs' });
export type StepLogs = z.infer<typeof stepLogsSchema>;
