import { z } from 'zod';
import { actShape } from './actions.js';
import { definitionNameSchema, isoTimeSchema, jsonObjectSchema, jsonValueSchema, pageOf, pageQuery } from './common.js';

/** What starts instances by itself: a schedule, an HTTP hook, messages of a broker. */

export const triggerNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9._-]{0,99}$/,
    'expected a name: a lower-case letter, then at most 99 lower-case letters, digits, ".", "_" or "-"',
  )
  .describe('Name of a trigger; unique a tenant');
export const triggerParamsSchema = z.strictObject({ name: triggerNameSchema });

export const overlapSchema = z
  .enum(['skip', 'queueOne', 'allow', 'cancelOld'])
  .describe(
    'While an instance of an earlier slot is open: skip this one, keep one for later, start beside it, cancel the old one',
  );

const common = {
  definition: definitionNameSchema.describe('What it starts'),
  version: z.string().min(1).max(100).optional().describe('Exact, a range or `latest`; default: the active version'),
  input: jsonValueSchema.optional().describe('Of the instance, with expressions over `scheduledAt`, `request` or `message`'),
  key: z.string().min(1).max(1_000).optional().describe('Business key of the instance, with expressions'),
  enabled: z.boolean().default(true),
};
const event = z.string().min(1).max(200).optional().describe('Deliver an event of this name by `key` in place of a start');

export const scheduleSpecSchema = z
  .strictObject({
    kind: z.literal('schedule'),
    ...common,
    cron: z.string().min(1).max(200).describe('Five fields, or six with seconds first'),
    timezone: z.string().min(1).max(100).default('UTC').describe('IANA name, e.g. Europe/Madrid'),
    overlap: overlapSchema.default('allow'),
    catchUp: z.string().max(50).default('1m').describe('Slots missed for longer than this are not started any more'),
    jitter: z.string().max(50).default('0s').describe('Each start waits for a random time up to this'),
    disableAfter: z.int().min(1).max(1_000_000).optional().describe('Pause it after so many failures one after the other'),
  })
  .meta({ id: 'ScheduleSpec' });
export const hookSpecSchema = z
  .strictObject({
    kind: z.literal('hook'),
    ...common,
    definition: common.definition.optional().describe('What it starts; not needed with `event`'),
    secret: z
      .union([z.string().min(1).max(500), z.array(z.string().min(1).max(500)).min(1).max(5)])
      .optional()
      .describe(
        'Standard Webhooks secret (`whsec_…`), several while rotating; without one every caller is let in. Never shown again',
      ),
    event,
  })
  .meta({ id: 'HookSpec' });
export const messageSpecSchema = z
  .strictObject({
    kind: z.literal('message'),
    ...common,
    definition: common.definition.optional().describe('What it starts; not needed with `event`'),
    exchange: z.string().min(1).max(255).optional().describe('Bind a durable queue of ours to this exchange'),
    routingKey: z.string().max(255).optional().describe('Of that binding; default `#`'),
    queue: z.string().min(1).max(255).optional().describe('Or consume this queue'),
    filter: z.string().min(1).max(8_192).optional().describe('Expression over `message`: others are let go by'),
    event,
  })
  .meta({ id: 'MessageSpec' });
export const triggerSpecSchema = z.discriminatedUnion('kind', [scheduleSpecSchema, hookSpecSchema, messageSpecSchema]);
export type TriggerSpec = z.output<typeof triggerSpecSchema>;
export type TriggerRequest = z.input<typeof triggerSpecSchema>;
export const triggerKindSchema = z.enum(['schedule', 'hook', 'message']);
export type TriggerKind = z.infer<typeof triggerKindSchema>;

export const triggerSchema = z
  .object({
    name: triggerNameSchema,
    kind: triggerKindSchema,
    definition: z.string().nullable(),
    source: z.enum(['definition', 'api']).describe('`definition`: comes and goes with the active version of its definition'),
    spec: jsonObjectSchema.describe('As it was put; secrets are left out'),
    hasSecret: z.boolean(),
    status: z.enum(['active', 'paused', 'disabled']).describe('`disabled`: by itself after failures, or `enabled: false`'),
    note: z.string().nullable().describe('Why it is paused or disabled'),
    by: z.string().nullable().describe('Who paused it'),
    failuresInRow: z.int(),
    lastRunAt: isoTimeSchema.nullable(),
    lastOutcome: z.string().nullable(),
    lastInstance: z.uuid().nullable(),
    nextAt: isoTimeSchema.nullable().describe('Next slot of a schedule'),
    text: z.string().nullable().describe('A schedule in words'),
    createdAt: isoTimeSchema,
    changedAt: isoTimeSchema,
  })
  .meta({ id: 'Trigger' });
export type Trigger = z.infer<typeof triggerSchema>;

export const triggersQuerySchema = z.strictObject({
  ...pageQuery,
  kind: triggerKindSchema.optional(),
  definition: definitionNameSchema.optional(),
});
export const triggerPageSchema = pageOf(triggerSchema).meta({ id: 'TriggerPage' });

export const runOutcomes = ['started', 'queued', 'skipped', 'missed', 'failed'] as const;
export const triggerRunSchema = z
  .object({
    scheduledAt: isoTimeSchema,
    at: isoTimeSchema.describe('When it was decided'),
    how: z.enum(['schedule', 'manual', 'backfill']),
    outcome: z
      .enum(runOutcomes)
      .describe(
        '`queued`: starts when the one before has ended. `skipped`: by `overlap`. `missed`: by `catchUp`. `failed`: could not be started',
      ),
    count: z.int().describe('Slots this row stands for: missed ones are told together'),
    instance: z.uuid().nullable(),
    status: z.string().nullable().describe('Of that instance now'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'TriggerRun' });
export type TriggerRun = z.infer<typeof triggerRunSchema>;
export const triggerRunPageSchema = pageOf(triggerRunSchema).meta({ id: 'TriggerRunPage' });

export const triggerRunsQuerySchema = z.strictObject(pageQuery);

export const nextQuerySchema = z.strictObject({ count: z.coerce.number().int().min(1).max(100).default(10) });
export const nextTimesSchema = z
  .object({
    timezone: z.string(),
    text: z.string().describe('In words'),
    times: z.array(z.object({ at: isoTimeSchema, local: z.string().describe('In the zone of the schedule, with offset') })),
    warnings: z.array(z.string()).describe('Daylight saving: times that do not exist or exist twice in the coming year'),
  })
  .meta({ id: 'NextTimes' });
export type NextTimes = z.infer<typeof nextTimesSchema>;
/** `POST /triggers/preview`: what a schedule would do before it is put. */
export const previewBodySchema = z
  .strictObject({
    cron: z.string().min(1).max(200),
    timezone: z.string().min(1).max(100).default('UTC'),
    count: z.int().min(1).max(100).default(10),
  })
  .meta({ id: 'SchedulePreview' });
export type PreviewRequest = z.input<typeof previewBodySchema>;

/** Who puts or removes it, and why. */
export const triggerChangeQuerySchema = z.strictObject(actShape);
export const triggerActBodySchema = z.strictObject(actShape).meta({ id: 'TriggerAct' });
export const backfillBodySchema = z
  .strictObject({
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }).describe('Not included'),
    overlap: overlapSchema.default('allow'),
    dryRun: z.boolean().default(false).describe('Only count'),
    ...actShape,
  })
  .meta({ id: 'Backfill' });
export type BackfillRequest = z.input<typeof backfillBodySchema>;
export const backfillSchema = z
  .object({
    slots: z.int().describe('At most 10,000 at once'),
    first: isoTimeSchema.nullable(),
    last: isoTimeSchema.nullable(),
    dryRun: z.boolean(),
  })
  .meta({ id: 'Backfilled' });
export type Backfilled = z.infer<typeof backfillSchema>;

export const hookDeliverySchema = z
  .object({
    id: z.string().describe('`webhook-id`, or one of ours'),
    at: isoTimeSchema,
    signature: z.enum(['valid', 'invalid', 'missing', 'unchecked']).describe('`unchecked`: the hook has no secret'),
    status: z.int().describe('Answered'),
    outcome: z.string().describe('started, existing, matched, kept, dropped, stored, refused or duplicate'),
    instance: z.uuid().nullable(),
    reason: z.string().nullable(),
    bytes: z.int(),
    body: z.string().nullable().describe('Its beginning, at most 4 KiB'),
  })
  .meta({ id: 'HookDelivery' });
export type HookDelivery = z.infer<typeof hookDeliverySchema>;
export const hookDeliveryPageSchema = pageOf(hookDeliverySchema).meta({ id: 'HookDeliveryPage' });
export const hookDeliveriesQuerySchema = z.strictObject(pageQuery);
export const hookBodySchema = z
  .unknown()
  .describe('What the expressions of the hook see as `request.body`')
  .meta({ id: 'HookBody' });
export const hookAnswerSchema = z
  .object({
    outcome: z
      .enum(['started', 'existing', 'matched', 'kept', 'dropped', 'stored'])
      .describe('`existing`: the instance with this key was there. With `event`: what became of it'),
    instance: z.uuid().optional(),
    instances: z.array(z.uuid()).optional().describe('Of an event that went to several'),
    id: z.string().describe('`webhook-id`, or one of ours'),
  })
  .meta({ id: 'HookAnswer' });
export type HookAnswer = z.infer<typeof hookAnswerSchema>;
