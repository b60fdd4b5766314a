import { z } from 'zod';
import { lifecycleKind, type LifecycleName, lifecycleTypes } from '#libs/engine';
import { actShape } from './actions.js';
import { definitionNameSchema, flag, isoTimeSchema, pageOf, pageQuery, waitDurationSchema } from './common.js';
import { triggerNameSchema } from './triggers.js';

/** Outgoing webhooks: lifecycle events by HTTP, signed after Standard Webhooks. */

export const lifecycleNames = lifecycleTypes.map((type) => lifecycleKind(type).name) as [LifecycleName, ...LifecycleName[]];
export const lifecycleNameSchema = z.enum(lifecycleNames);
export const severitySchema = z.enum(['info', 'warning', 'error']);

export const webhookParamsSchema = z.strictObject({ name: triggerNameSchema.describe('Name of a webhook') });
/** Set by the connection, or by the signature. */
const ownHeaders =
  /^(host|content-.*|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept-encoding|user-agent|webhook-.*)$/i;
export const webhookBodySchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .describe('Private addresses are refused unless the server allows them'),
    definitions: z.array(definitionNameSchema).max(100).optional().describe('Only of these; default: of all'),
    events: z.array(lifecycleNameSchema).max(50).optional().describe('Only these, e.g. completed, failed; default: all'),
    severity: severitySchema.optional().describe('At least this'),
    secret: z
      .union([z.string().min(1).max(500), z.array(z.string().min(1).max(500)).min(1).max(5)])
      .optional()
      .describe(
        '`whsec_…`, several while rotating (each signs). Default: the ones it has; when it is new, one is made, and shown in that answer only',
      ),
    headers: z
      .record(
        z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'expected the name of a header'),
        z
          .string()
          .max(2_000)
          .regex(/^[\t\x20-\x7e]*$/, 'expected one line of printable ASCII'),
      )
      .refine((headers) => Object.keys(headers).length <= 50, 'expected at most 50 headers')
      .refine(
        (headers) => Object.keys(headers).every((name) => !ownHeaders.test(name)),
        'expected none of host, content-*, transfer-encoding, connection, webhook-* and the like: they are set for you',
      )
      .optional()
      .describe('Sent along, an authorization perhaps. Default: those it has'),
    enabled: z.boolean().default(true).describe('false keeps it, disabled; true enables it again'),
  })
  .meta({ id: 'WebhookSpec' });
export type WebhookRequest = z.input<typeof webhookBodySchema>;
export type WebhookSpec = z.output<typeof webhookBodySchema>;

export const webhookSchema = z
  .object({
    name: z.string(),
    url: z.string(),
    definitions: z.array(z.string()).nullable(),
    events: z.array(z.string()).nullable(),
    severity: severitySchema.nullable(),
    headers: z.array(z.string()).describe('Names only'),
    secret: z.string().optional().describe('Only when it was made by the server just now'),
    status: z.enum(['active', 'disabled']),
    note: z.string().nullable().describe('Why it was disabled'),
    waiting: z.int().describe('Deliveries that are not done'),
    delivered: z.int(),
    failed: z.int().describe('Deliveries given up'),
    lastAt: isoTimeSchema.nullable(),
    lastStatus: z.int().nullable(),
    createdAt: isoTimeSchema,
    changedAt: isoTimeSchema,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof webhookSchema>;
export const webhookPageSchema = pageOf(webhookSchema).meta({ id: 'WebhookPage' });
export const webhooksQuerySchema = z.strictObject(pageQuery);
/** Who puts or removes it, and why. */
export const webhookChangeQuerySchema = z.strictObject(actShape);
export const webhookActBodySchema = z.strictObject(actShape).meta({ id: 'WebhookAct' });
export const redeliverBodySchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\/\d{1,9}$/, 'expected the id of a delivery: instance/seq')
      .describe('Of the delivery: instance/seq'),
    ...actShape,
  })
  .meta({ id: 'Redeliver' });

export const webhookDeliverySchema = z
  .object({
    id: z.string().describe('`webhook-id`: instance/seq'),
    event: z.string(),
    instance: z.uuid().describe('Of a ping, an id of its own'),
    seq: z.int(),
    status: z.enum(['waiting', 'delivered', 'failed']),
    attempts: z.int(),
    createdAt: isoTimeSchema,
    nextAt: isoTimeSchema.nullable(),
    lastAt: isoTimeSchema.nullable(),
    lastStatus: z.int().nullable().describe('HTTP status of the last attempt; null: none came'),
    lastError: z.string().nullable(),
    lastMs: z.int().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;
export const webhookDeliveriesQuerySchema = z.strictObject({
  ...pageQuery,
  status: z.enum(['waiting', 'delivered', 'failed']).optional(),
});
export const webhookDeliveryPageSchema = pageOf(webhookDeliverySchema).meta({ id: 'WebhookDeliveryPage' });

/** `GET /feed`: the gapless order of what was decided, a partition at a time. */
export const feedQuerySchema = z.strictObject({
  partition: z.coerce.number().int().min(0).max(4_095),
  after: z.string().min(1).max(100).optional().describe('`next` of the page before; default: the oldest there is'),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  wait: waitDurationSchema
    .default(0)
    .describe('How long the answer may wait for something new: 20s; at most 60s. Default: not at all'),
  all: flag(false).describe('Every audit event, not only those that tell of a lifecycle'),
});
export const feedItemSchema = z
  .object({
    cursor: z.string(),
    instance: z.uuid(),
    seq: z.int(),
    type: z.string().describe('CloudEvents type, e.g. dev.orquestrax.instance.completed.v1'),
    event: z.string().describe('Name of the lifecycle event; with `all` of others the type of the audit event'),
    severity: severitySchema,
    path: z.string().nullable().describe('Of the step, where it is about one'),
    definition: z.string(),
    version: z.string(),
    key: z.string().nullable(),
    at: isoTimeSchema,
  })
  .meta({ id: 'FeedItem' });
export const feedSchema = z
  .object({
    partition: z.int(),
    partitions: z.int(),
    items: z.array(feedItemSchema),
    next: z.string().describe('`after` of the next page, also when there is nothing new'),
    end: z.boolean().describe('Nothing more was there'),
  })
  .meta({ id: 'Feed' });
export type Feed = z.infer<typeof feedSchema>;
