import { z } from 'zod';
import { instanceStatusSchema, isoTimeSchema, jsonValueSchema } from '../rest/common.js';
import { instanceErrorSchema } from '../rest/instances.js';
import { lifecycleNameSchema, severitySchema } from '../rest/webhooks.js';

/** What is told of a lifecycle event: body of the message on `orquestra.events`, `data` of what a webhook sends. */
export const lifecycleEventSchema = z
  .object({
    id: z.uuid().describe('Of the instance'),
    seq: z.int().describe('Grows within the instance: a later message with a smaller one was overtaken'),
    event: lifecycleNameSchema,
    severity: severitySchema,
    definition: z.string(),
    version: z.string(),
    key: z.string().nullable(),
    status: instanceStatusSchema.optional().describe('By this event; absent: it has not changed'),
    generation: z.int(),
    at: isoTimeSchema,
    output: jsonValueSchema.optional().describe('completed: null when it is too big, see `outputBytes`'),
    outputBytes: z.int().optional().describe('completed: size of an output that is left out; read it from the instance'),
    error: instanceErrorSchema.nullable().optional().describe('failed, timedout, compensated, compensationfailed'),
    failures: z
      .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .describe('compensationfailed: what could not be undone'),
    by: z.string().optional().describe('paused, resumed, retried, cancelled: who'),
    reason: z.string().optional().describe('paused, resumed, retried, cancelled: why'),
    parent: z.uuid().optional().describe('started: the instance that started it'),
    timeoutAt: isoTimeSchema.optional().describe('overdue'),
    ask: z
      .object({
        path: z.string(),
        name: z.string(),
        kind: z.string(),
        prompt: z.string().optional(),
        assignees: z.array(z.string()).optional(),
        dueAt: isoTimeSchema.optional(),
      })
      .optional()
      .describe('askopened'),
  })
  .meta({ id: 'LifecycleEvent' });
export type LifecycleEventBody = z.infer<typeof lifecycleEventSchema>;

/** Body of what a webhook sends. */
export const webhookPayloadSchema = z
  .object({
    type: z.string().describe('dev.orquestrax.instance.completed.v1; of a test dev.orquestrax.webhook.ping.v1'),
    timestamp: isoTimeSchema.describe('When it happened'),
    data: z.union([lifecycleEventSchema, z.object({ webhook: z.string() }).describe('Of a test')]),
  })
  .meta({ id: 'WebhookPayload' });
