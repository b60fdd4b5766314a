import { z } from 'zod';
import { isoTimeSchema, jsonValueSchema, stepStatusSchema } from './common.js';

export const stepErrorSchema = z
  .object({ code: z.string(), message: z.string(), details: jsonValueSchema.optional(), retryable: z.boolean().optional() })
  .meta({ id: 'StepError' });

export const stepAttemptSchema = z
  .object({
    attempt: z.int().positive(),
    status: z.enum(['scheduled', 'running', 'completed', 'failed', 'cancelled']),
    worker: z.string().nullable(),
    scheduledAt: isoTimeSchema,
    startedAt: isoTimeSchema.nullable(),
    endedAt: isoTimeSchema.nullable(),
    error: stepErrorSchema.nullable(),
  })
  .meta({ id: 'StepAttempt' });

/** Why a step is still open, in one word; `text` beside it says it in a sentence. */
export const waitReasonSchema = z
  .enum([
    'queued',
    'no_worker',
    'sent',
    'running',
    'retry',
    'cancelling',
    'not_started',
    'start_at',
    'timer',
    'event',
    'ask',
    'child',
    'lock',
    'limit',
    'emit',
    'delay',
    'paused',
    'compensating',
  ])
  .describe('Why it is open');

const facts = {
  path: z.string().describe('Names the step inside its instance: `charge`, `ship/3/pack`'),
  type: z.string(),
  title: z.string().nullable(),
  task: z.string().nullable(),
  queue: z.string().nullable(),
  status: stepStatusSchema,
  attempt: z.int().nonnegative().describe('0 while it was never scheduled'),
  maxAttempts: z.int().positive(),
  needs: z.array(z.string()).describe('Paths of its direct needs'),
  reason: waitReasonSchema.nullable(),
  reasonText: z.string().nullable(),
  worker: z.string().nullable(),
  scheduledAt: isoTimeSchema.nullable(),
  startedAt: isoTimeSchema.nullable(),
  endedAt: isoTimeSchema.nullable(),
  dueAt: isoTimeSchema.nullable().describe('The next attempt while retrying, the end of a sleep, the next round of a repeat'),
  error: stepErrorSchema.nullable(),
  counts: z
    .object({ total: z.int(), completed: z.int(), failed: z.int(), cancelled: z.int() })
    .optional()
    .describe('Of the parts of a block'),
  taken: z.array(z.string()).optional().describe('Cases of a branch that are run'),
  child: z
    .object({ instance: z.uuid(), workflow: z.string(), attached: z.boolean() })
    .optional()
    .describe('The instance a `workflow` step has started, or attached to'),
  because: z.enum(['when', 'runOn', 'hand', 'timeout']).optional().describe('Why it ended other than by itself'),
  by: z.string().optional().describe('Who ended it by hand'),
  why: z.string().optional().describe('The reason they gave'),
};

/** A step without its payloads. */
export const stepSummarySchema = z.object(facts).meta({ id: 'StepSummary' });
export type StepSummary = z.infer<typeof stepSummarySchema>;

export const stepSchema = z
  .object({
    ...facts,
    attempts: z.array(stepAttemptSchema),
    input: jsonValueSchema.optional().describe('With `include=data`; over 64 KiB by reference, as in the history'),
    inputIsContext: z.boolean().optional().describe('It had no `input` of its own and received the context'),
    output: jsonValueSchema.optional().describe('With `include=data`; over 64 KiB by reference, as in the history'),
    progress: jsonValueSchema.optional().describe('With `include=data`: what its handler last told with a heartbeat'),
  })
  .meta({ id: 'Step' });
export type Step = z.infer<typeof stepSchema>;

export const stepsQuerySchema = z.strictObject({
  under: z.string().max(1_000).optional().describe('Only steps whose path starts with this one'),
  status: z.string().max(500).optional().describe('Statuses, by comma'),
  include: z.enum(['data']).optional().describe('`data`: with input and output'),
  after: z.string().min(1).max(1_000).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000).describe('Steps a page'),
});
export const stepListSchema = z
  .object({
    items: z.array(stepSchema),
    seq: z.int().nonnegative().describe('Audit event it is folded up to'),
    next: z.string().nullable().describe('`after` of the next page; null at the end'),
  })
  .meta({ id: 'StepList' });
export type StepList = z.infer<typeof stepListSchema>;

/** One thing decided about an instance, in the past tense. `data` is as recorded; times inside it are epoch milliseconds. */
export const auditEventItemSchema = z
  .object({
    seq: z.int().positive().describe('1, 2, 3 … without a gap'),
    generation: z.int().positive(),
    type: z.string(),
    path: z.string().nullable(),
    attempt: z.int().nullable(),
    data: jsonValueSchema.describe(
      'Values over 64 KiB stand in it as `{"$payload": {"ref", "size", "sha256"}}`; one that looks like that as `{"$payload": {"literal"}}`',
    ),
    at: isoTimeSchema,
  })
  .meta({ id: 'AuditEvent' });
export type AuditEventItem = z.infer<typeof auditEventItemSchema>;

export const historyQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).max(2_147_483_647).default(0).describe('Only events with a higher seq'),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});
export const historySchema = z
  .object({
    items: z.array(auditEventItemSchema),
    next: z.int().nullable().describe('`after` of the next page; null when this is all there is now'),
  })
  .meta({ id: 'History' });
export type History = z.infer<typeof historySchema>;

export const waitingForSchema = z
  .object({
    path: z.string(),
    reason: waitReasonSchema,
    text: z.string(),
    until: isoTimeSchema.optional(),
    names: z.array(z.string()).optional().describe('The events it still waits for, or the name of its ask'),
    key: z.string().optional().describe('Of an event by key, or of a lock'),
  })
  .meta({ id: 'WaitingFor' });
export type WaitingFor = z.infer<typeof waitingForSchema>;
