import { z } from 'zod';
import { actShape } from './actions.js';
import {
  cappedCountSchema,
  commaList,
  definitionNameSchema,
  isoTimeSchema,
  jsonObjectSchema,
  jsonValueSchema,
  pageOf,
  pageQuery,
  uuidSchema,
} from './common.js';

/** What needs a person: a message nobody can use, an instance or a step that cannot go on by itself. */

export const incidentKinds = [
  'unreadable',
  'refusedCommand',
  'refusedMessage',
  'refusedHook',
  'failingCommand',
  'failingMessage',
  'undecidable',
  'refused',
  'lostStep',
  'broken',
  'unsendable',
  'untold',
  'deadLetter',
  'webhookDisabled',
  'webhookMissed',
  'triggerDisabled',
] as const;
export type IncidentKind = (typeof incidentKinds)[number];
export const incidentStatuses = ['open', 'redriven', 'discarded', 'resolved'] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];
/** What may be decided about a step that was lost while it ran. */
export const lostStepDecisions = ['runAgain', 'complete', 'fail'] as const;
export type LostStepDecision = (typeof lostStepDecisions)[number];
export const maxIncidentIds = 10_000;

const code = z.string().min(1).max(100).describe('Stable code of the reason, upper snake case');
const path = z
  .string()
  .min(1)
  .max(1_000)
  .describe('Path of a step (`ship/3/pack`), or the step whatever the round (`ship/*/pack`)');
const time = z.iso.datetime({ offset: true });

export const incidentSchema = z
  .object({
    id: uuidSchema,
    kind: z.string().describe(`One of ${incidentKinds.join(', ')}; there may be new ones`),
    code: z.string().nullable(),
    reason: z.string().describe('In words'),
    instance: uuidSchema.nullable(),
    definition: z.string().nullable(),
    path: z.string().nullable().describe('Of the step'),
    step: z.string().nullable().describe('The path with every number as `*`: the same step of whatever round'),
    status: z.enum(incidentStatuses),
    deliveries: z.int().describe('How often it has happened'),
    redrives: z.int().describe('How often it was redriven and refused again'),
    redrive: z
      .enum(['message', 'step', 'instance'])
      .nullable()
      .describe(
        'What redriving does: its message is handled again, a person decides about its step, its instance is looked at again; null: nothing',
      ),
    isEditable: z.boolean().describe('Redriving may replace the content of its message, or the input of its step'),
    at: isoTimeSchema,
    lastAt: isoTimeSchema,
    closedAt: isoTimeSchema.nullable(),
    closedBy: z.string().nullable(),
    closedReason: z.string().nullable(),
  })
  .meta({ id: 'Incident' });
export type Incident = z.infer<typeof incidentSchema>;

export const incidentDetailSchema = z
  .object({
    ...incidentSchema.shape,
    headers: jsonObjectSchema.nullable().describe('Of the message, with its queue, exchange, routingKey and messageId'),
    raw: z
      .object({
        text: z.string().nullable().describe('null: it is not UTF-8'),
        base64: z.string().nullable().describe('In place of the text'),
        bytes: z.int().describe('Kept; of a very long message that is its beginning'),
      })
      .nullable()
      .describe('The message as it came'),
    error: z.string().nullable().describe('What was thrown, with its stack'),
    result: z.string().nullable().describe('What came of the last redrive'),
  })
  .meta({ id: 'IncidentDetail' });
export type IncidentDetail = z.infer<typeof incidentDetailSchema>;

const conditions = {
  reason: z.string().min(1).max(200).optional().describe('Part of the reason'),
  code: code.optional(),
  path: path.optional(),
  instance: uuidSchema.optional(),
  definition: definitionNameSchema.optional(),
};
export const incidentsQuerySchema = z.strictObject({
  ...pageQuery,
  kind: commaList(z.enum(incidentKinds)).optional(),
  ...conditions,
  status: z.enum(incidentStatuses).optional().describe('Default: all'),
  from: time.optional().describe('First seen at or after'),
  to: time.optional().describe('First seen before'),
});
export const incidentPageSchema = pageOf(incidentSchema).meta({ id: 'IncidentPage' });
export const incidentParamsSchema = z.strictObject({ id: z.uuid().describe('Id of an incident') });

/** The same reason, step and code of one definition. */
export const incidentGroupKeySchema = z
  .strictObject({
    kind: z.enum(incidentKinds),
    code: code.nullable(),
    step: path.nullable(),
    definition: definitionNameSchema.nullable(),
  })
  .meta({ id: 'IncidentGroupKey' });
export type IncidentGroupKey = z.infer<typeof incidentGroupKeySchema>;

export const incidentGroupSchema = z
  .object({
    kind: z.string(),
    code: z.string().nullable(),
    step: z.string().nullable(),
    definition: z.string().nullable(),
    count: z.int(),
    firstAt: isoTimeSchema,
    lastAt: isoTimeSchema,
    sample: uuidSchema.describe('The newest of them'),
    reason: z.string().describe('Of the newest'),
    redrive: incidentSchema.shape.redrive,
    isEditable: z.boolean(),
  })
  .meta({ id: 'IncidentGroup' });
export type IncidentGroup = z.infer<typeof incidentGroupSchema>;
export const incidentGroupsQuerySchema = z.strictObject({
  kind: commaList(z.enum(incidentKinds)).optional(),
  ...conditions,
  from: time.optional(),
  to: time.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
/** Open ones; of more than 100,000 the newest. */
export const incidentGroupsSchema = z
  .object({
    open: cappedCountSchema.describe('Open incidents in all'),
    groups: z.array(incidentGroupSchema).describe('Seen last first'),
    more: z.boolean().describe('There are more groups'),
  })
  .meta({ id: 'IncidentGroups' });
export type IncidentGroups = z.infer<typeof incidentGroupsSchema>;

export const incidentFilterSchema = z
  .strictObject({
    kind: z.array(z.enum(incidentKinds)).min(1).optional(),
    ...conditions,
    from: time.optional(),
    to: time.optional(),
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
    message: 'expected at least one condition: an empty filter would mean every incident there is',
  })
  .meta({ id: 'IncidentFilter' });
export type IncidentFilter = z.output<typeof incidentFilterSchema>;

const selection = {
  ids: z.array(uuidSchema).min(1).max(maxIncidentIds).optional(),
  group: incidentGroupKeySchema.optional().describe('In place of ids: the open ones of a group'),
  filter: incidentFilterSchema.optional().describe('In place of ids: the open ones all conditions hold for'),
  dryRun: z.boolean().default(false).describe('Only count, and check an edit'),
  perSecond: z.int().min(1).max(1_000).default(100).describe('Of many: at most so many a second'),
};
const one = ({ ids, group, filter }: { ids?: unknown; group?: unknown; filter?: unknown }): boolean =>
  [ids, group, filter].filter((each) => each !== undefined).length === 1;
const oneMessage = { message: 'expected either ids, or group, or filter', path: ['ids'] };

export const redriveBodySchema = z
  .strictObject({
    ...selection,
    edit: jsonValueSchema
      .optional()
      .describe('In place of the content of the message, or of the input of the step; for one incident, or for a group'),
    decision: z
      .enum(lostStepDecisions)
      .optional()
      .describe('Of a step that was lost while it ran: run it again, count it as completed with `output`, or leave it failed'),
    output: jsonValueSchema.optional().describe('With `decision: complete`; default null'),
    ...actShape,
  })
  .refine(one, oneMessage)
  .refine(({ edit, ids, group }) => edit === undefined || group !== undefined || ids?.length === 1, {
    message: 'expected an edit only for one incident or for a group',
    path: ['edit'],
  })
  .refine(({ output, decision }) => output === undefined || decision === 'complete', {
    message: 'expected an output only with the decision complete',
    path: ['output'],
  })
  .meta({ id: 'RedriveIncidents' });
export type RedriveRequest = z.input<typeof redriveBodySchema>;
export type RedriveBody = z.output<typeof redriveBodySchema>;

export const discardBodySchema = z
  .strictObject({ ...selection, ...actShape, reason: z.string().min(1).max(1_000).describe('Why; required') })
  .refine(one, oneMessage)
  .meta({ id: 'DiscardIncidents' });
export type DiscardRequest = z.input<typeof discardBodySchema>;
export type DiscardBody = z.output<typeof discardBodySchema>;

export const resolveBodySchema = z
  .strictObject({ ...selection, ...actShape })
  .refine(one, oneMessage)
  .meta({ id: 'ResolveIncidents' });
export type ResolveRequest = z.input<typeof resolveBodySchema>;
export type ResolveBody = z.output<typeof resolveBodySchema>;

export const incidentOutcomeSchema = z
  .object({
    id: uuidSchema,
    outcome: z
      .enum(['redriven', 'discarded', 'resolved', 'already', 'refused', 'unknown'])
      .describe('`already`: it was closed before; `refused`: it stays open, see `code`; `unknown`: there is no such incident'),
    status: z.enum(incidentStatuses).nullable().describe('That it has now'),
    code: z.string().nullable().describe('Why it was refused'),
    message: z.string().describe('What happened, in words'),
    instance: uuidSchema.nullable().describe('The instance it is about, or that it has started'),
  })
  .meta({ id: 'IncidentOutcome' });
export type IncidentOutcome = z.infer<typeof incidentOutcomeSchema>;

/** Up to this many are done before the answer; more become a bulk job. */
export const incidentsAtOnce = 50;
export const incidentsActedSchema = z
  .object({
    dryRun: z.boolean(),
    total: cappedCountSchema.describe('How many were meant'),
    items: z.array(incidentOutcomeSchema).describe(`What happened to each; empty with a dry run or a job`),
    sample: z.array(uuidSchema).describe('With a dry run: the first of them, at most 20'),
    job: uuidSchema.nullable().describe(`Of more than ${incidentsAtOnce}: the bulk job that does it, GET /api/v1/bulk/:id`),
  })
  .meta({ id: 'IncidentsActed' });
export type IncidentsActed = z.infer<typeof incidentsActedSchema>;

export const operatorLogQuerySchema = z.strictObject({
  ...pageQuery,
  actor: z.string().min(1).max(200).optional(),
  action: z.string().min(1).max(100).optional().describe('`incident.redrive`, or all of a subject: `incident.*`'),
  target: z.string().min(1).max(1_000).optional().describe('What it was done to: an id, a name, or their beginning'),
  from: time.optional(),
  to: time.optional(),
});
export const operatorLogItemSchema = z
  .object({
    id: uuidSchema,
    at: isoTimeSchema,
    actor: z.string().describe('`anonymous` while nobody has to say who they are'),
    action: z.string().describe('subject.verb'),
    target: z.string(),
    reason: z.string().nullable(),
    address: z.string().nullable().describe('Where the request came from; null: not from HTTP'),
    details: jsonValueSchema.describe('What else there is to know; null: nothing'),
  })
  .meta({ id: 'OperatorLogItem' });
export type OperatorLogItem = z.infer<typeof operatorLogItemSchema>;
export const operatorLogPageSchema = pageOf(operatorLogItemSchema).meta({ id: 'OperatorLogPage' });
