import { z } from 'zod';
import { DURATION_FORMS, parseDuration } from '#libs/engine';
import {
  commaList,
  definitionNameSchema,
  instanceIdParamSchema,
  instanceStatusSchema,
  isoTimeSchema,
  jsonObjectSchema,
  jsonValueSchema,
  pageOf,
  pageQuery,
  problemSchema,
  queueNameSchema,
  waitDurationSchema,
} from './common.js';
import { eventIdSchema, eventNameSchema, eventOutcomeSchema } from './events.js';
import { stepSummarySchema, waitingForSchema } from './steps.js';

export const instanceParamsSchema = z.strictObject({ id: instanceIdParamSchema });

const debounceAtMostMs = 86_400_000;
export const debounceSchema = z
  .strictObject({
    key: z.string().min(1).max(200),
    for: z
      .string()
      .max(50)
      .refine((text) => (parseDuration(text) ?? Infinity) <= debounceAtMostMs, {
        message: `expected a duration of at most 24h: ${DURATION_FORMS}`,
      })
      .describe('500ms, 5s, 10m …; at most 24h'),
  })
  .describe(
    'The start waits so long; a later one of the definition with the same key within that time takes its place, and this one is cancelled',
  );

export const startBodySchema = z
  .strictObject({
    definition: definitionNameSchema,
    version: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Exact, a range such as `^1.2.0`, or `latest`; default: the active version'),
    input: jsonValueSchema.optional().describe('Checked against the schema of the definition; default {}'),
    id: z
      .uuid()
      .optional()
      .describe('Your own UUIDv7, within a day of now; the same start again is answered with the instance there is'),
    key: z.string().min(1).max(200).optional().describe('Your business name for it; unique a definition'),
    onConflict: z.enum(['return', 'reject']).default('return').describe('When the key is taken: 200 with that instance, or 409'),
    startAt: z.iso.datetime({ offset: true }).optional().describe('Not before this time'),
    singleton: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('While an instance of the definition with this singleton is open, it is answered (200) in place of a new one'),
    debounce: debounceSchema.optional(),
    queue: queueNameSchema.optional().describe('Of its tasks, in place of that of the definition; a step may name its own'),
    priority: z.int().min(0).max(9).optional(),
    tags: z
      .record(z.string().min(1).max(100), jsonValueSchema)
      .optional()
      .describe('Searchable facts, together with those of the definition'),
    event: z
      .strictObject({ name: eventNameSchema, payload: jsonValueSchema.optional(), id: eventIdSchema.optional() })
      .optional()
      .describe('Start unless it runs (by key or id), then deliver this event to it'),
  })
  .refine(({ debounce, startAt }) => debounce === undefined || startAt === undefined, {
    message: 'expected either debounce or startAt: a debounced start has its own time',
    path: ['debounce'],
  })
  .refine(({ debounce, singleton }) => debounce === undefined || singleton === undefined, {
    message: 'expected either debounce or singleton: the one takes the place of the former start, the other keeps it',
    path: ['debounce'],
  })
  .refine(({ debounce, event }) => debounce === undefined || event === undefined, {
    message: 'expected either debounce or event: the event would go with a start that is superseded',
    path: ['debounce'],
  })
  .meta({ id: 'Start' });
export type StartRequest = z.input<typeof startBodySchema>;
export type StartBody = z.output<typeof startBodySchema>;

export const startQuerySchema = z.strictObject({
  wait: waitDurationSchema
    .optional()
    .describe('How long the answer may wait for the end: 500ms, 20s; at most 60s. A repeat of the request waits anew.'),
});

export const startedSchema = z
  .object({
    id: z.uuid(),
    status: instanceStatusSchema,
    definition: definitionNameSchema,
    version: z.string(),
    event: eventOutcomeSchema.optional().describe('What became of the `event` of the start'),
  })
  .meta({ id: 'Started' });
export type Started = z.infer<typeof startedSchema>;

export const maxBatch = 1_000;
export const startBatchBodySchema = z
  .strictObject({
    instances: z.array(jsonValueSchema).min(1).max(maxBatch).describe('Each as the body of a single start; judged one by one'),
  })
  .meta({ id: 'StartBatch' });
/** What clients send; items are judged one by one by the gateway. */
export interface StartBatchRequest {
  readonly instances: readonly StartRequest[];
}
export const startBatchItemSchema = z
  .object({
    status: z.int().describe('What a single start would have answered: 201, 200, 409, 422 …'),
    instance: startedSchema.optional(),
    problem: problemSchema.optional(),
  })
  .meta({ id: 'StartBatchItem' });
export const startedBatchSchema = z
  .object({ items: z.array(startBatchItemSchema).describe('In order of the request') })
  .meta({ id: 'StartedBatch' });
export type StartedBatch = z.infer<typeof startedBatchSchema>;

/** What lists and live lists show of an instance; live deltas carry exactly these. */
const listFacts = {
  id: z.uuid(),
  definition: z.string(),
  version: z.string(),
  key: z.string().nullable(),
  status: instanceStatusSchema,
  seq: z.int().nonnegative().describe('Grows with every change'),
  summary: z.string().nullable(),
  currentStep: z.string().nullable().describe('Path of one open step'),
  stepsDone: z.int().nonnegative(),
  stepsTotal: z.int().nonnegative(),
  errorCode: z.string().nullable(),
  createdAt: isoTimeSchema,
  startedAt: isoTimeSchema.nullable(),
  endedAt: isoTimeSchema.nullable(),
};
export const liveInstanceSchema = z.object(listFacts).meta({ id: 'LiveInstance' });
export type LiveInstance = z.infer<typeof liveInstanceSchema>;

export const instanceSummarySchema = z
  .object({
    ...listFacts,
    tags: jsonObjectSchema,
    parent: z.uuid().nullable(),
    generation: z.int().positive(),
    startAt: isoTimeSchema.nullable(),
  })
  .meta({ id: 'InstanceSummary' });
export type InstanceSummary = z.infer<typeof instanceSummarySchema>;

export const instanceErrorSchema = z
  .object({ code: z.string(), message: z.string(), details: jsonValueSchema.optional(), path: z.string().optional() })
  .meta({ id: 'InstanceError' });

export const instanceSchema = z
  .object({
    ...instanceSummarySchema.shape,
    queue: z.string().nullable(),
    priority: z.int().nullable(),
    input: jsonValueSchema,
    output: jsonValueSchema.describe('null until it has completed'),
    error: instanceErrorSchema.nullable(),
    parentStep: z
      .object({ instance: z.uuid(), path: z.string() })
      .nullable()
      .describe('The step of another instance that started this one'),
    restartOf: z.uuid().nullable().describe('The instance this one was restarted from'),
    restartedAs: z.array(z.uuid()).describe('Instances that were restarted from this one'),
    trigger: z
      .object({ name: z.string(), scheduledAt: isoTimeSchema.nullable().describe('The slot of a schedule') })
      .nullable()
      .describe('What started it by itself'),
    children: z
      .array(z.object({ instance: z.uuid(), path: z.string(), workflow: z.string() }))
      .describe('Instances its steps have started, at most 100; all of them: `GET /instances?parent=`'),
    pausedAt: isoTimeSchema.nullable(),
    keptEvents: z.int().describe('Events nobody has waited for yet'),
    waitingFor: z.array(waitingForSchema).describe('Every open step and why it is open, at most 100'),
    steps: z.array(stepSummarySchema).describe('Steps of the top level, in definition order, without payloads'),
  })
  .meta({ id: 'Instance' });
export type Instance = z.infer<typeof instanceSchema>;

/** `tag.<name>=value` is accepted beside these. */
export const instancesQuerySchema = z
  .strictObject({
    ...pageQuery,
    definition: commaList(definitionNameSchema).optional().describe('Names, by comma'),
    version: z.string().min(1).max(100).optional(),
    status: commaList(instanceStatusSchema).optional(),
    key: z.string().min(1).max(200).optional(),
    parent: z
      .union([z.literal('none'), z.uuid()])
      .optional()
      .describe('`none`: top level only'),
    idPrefix: z
      .string()
      .regex(/^[0-9a-fA-F-]{1,36}$/, 'expected the beginning of an id')
      .optional(),
    from: z.iso.datetime({ offset: true }).optional().describe('Created at or after'),
    to: z.iso.datetime({ offset: true }).optional().describe('Created before'),
    count: z.enum(['true', 'false']).optional().describe('`true`: also count, up to 10,000'),
  })
  .describe('tag.<name>=<value> filters by tag');
export const instancePageSchema = pageOf(instanceSummarySchema)
  .extend({ total: z.object({ count: z.int(), atLeast: z.boolean() }).optional().describe('With `count=true`') })
  .meta({ id: 'InstancePage' });
export type InstancePage = z.infer<typeof instancePageSchema>;

export const waitQuerySchema = z.strictObject({ timeout: waitDurationSchema.default(20_000) });
