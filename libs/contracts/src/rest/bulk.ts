import { z } from 'zod';
import { actShape } from './actions.js';
import {
  cappedCountSchema,
  definitionNameSchema,
  instanceStatusSchema,
  isoTimeSchema,
  jsonValueSchema,
  uuidSchema,
} from './common.js';

export const bulkActions = ['cancel', 'pause', 'resume', 'retry'] as const;
export type BulkAction = (typeof bulkActions)[number];
/** Bulk jobs about incidents; begun by POST /incidents/…, not by POST /bulk. */
export const incidentActions = ['incident.redrive', 'incident.discard', 'incident.resolve'] as const;
export type IncidentAction = (typeof incidentActions)[number];
export const isIncidentAction = (action: string): action is IncidentAction => incidentActions.includes(action as IncidentAction);
export const maxBulkIds = 10_000;

export const bulkFilterSchema = z
  .strictObject({
    definition: z
      .union([definitionNameSchema, z.array(definitionNameSchema).min(1).max(50)])
      .optional()
      .describe('One, or any of these'),
    version: z.string().min(1).max(100).optional(),
    status: z.array(instanceStatusSchema).min(1).optional(),
    key: z.string().min(1).max(200).optional(),
    parent: z.union([z.literal('none'), uuidSchema]).optional(),
    idPrefix: z
      .string()
      .regex(/^[0-9a-fA-F-]{1,36}$/, 'expected the beginning of an id')
      .optional(),
    from: z.iso.datetime({ offset: true }).optional().describe('Created at or after'),
    to: z.iso.datetime({ offset: true }).optional().describe('Created before'),
    tags: z.record(z.string().min(1).max(100), jsonValueSchema).optional(),
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
    message: 'expected at least one condition: an empty filter would mean every instance there is',
  })
  .meta({ id: 'BulkFilter' });
export type BulkFilter = z.output<typeof bulkFilterSchema>;

export const bulkBodySchema = z
  .strictObject({
    action: z.enum(bulkActions),
    filter: bulkFilterSchema.optional().describe('All conditions must hold; judged when an instance has its turn'),
    ids: z.array(uuidSchema).min(1).max(maxBulkIds).optional().describe('In place of a filter'),
    compensate: z.boolean().optional().describe('Of `cancel`: undo what was completed, or not'),
    dryRun: z.boolean().default(false).describe('Only count'),
    perSecond: z.int().min(1).max(1_000).default(200).describe('At most so many instances a second'),
    ...actShape,
  })
  .refine(({ filter, ids }) => (filter === undefined) !== (ids === undefined), {
    message: 'expected either filter or ids',
    path: ['filter'],
  })
  .refine(({ action, compensate }) => compensate === undefined || action === 'cancel', {
    message: 'expected compensate only with the action cancel',
    path: ['compensate'],
  })
  .meta({ id: 'Bulk' });
export type BulkRequest = z.input<typeof bulkBodySchema>;
export type BulkBody = z.output<typeof bulkBodySchema>;

export const bulkDryRunSchema = z
  .object({
    dryRun: z.literal(true),
    total: cappedCountSchema,
    sample: z.array(uuidSchema).describe('The first of them, at most 20'),
  })
  .meta({ id: 'BulkDryRun' });
export type BulkDryRun = z.infer<typeof bulkDryRunSchema>;

export const bulkFailureSchema = z
  .object({ id: uuidSchema, code: z.string().describe('As the single action would have answered'), message: z.string() })
  .meta({ id: 'BulkFailure' });
export type BulkFailure = z.infer<typeof bulkFailureSchema>;

export const bulkJobSchema = z
  .object({
    id: uuidSchema,
    action: z.enum([...bulkActions, ...incidentActions]),
    status: z
      .enum(['running', 'stopping', 'stopped', 'completed', 'failed'])
      .describe('`failed`: what it was begun with cannot be read any more; its failures say so, under its own id'),
    filter: jsonValueSchema.describe('null with ids'),
    reason: z.string().nullable(),
    by: z.string().nullable(),
    perSecond: z.int(),
    total: cappedCountSchema.describe('How many there were when it began'),
    done: z.int().describe('Applied'),
    failed: z.int().describe('Refused'),
    createdAt: isoTimeSchema,
    endedAt: isoTimeSchema.nullable(),
    failures: z.array(bulkFailureSchema).describe('By id'),
    next: uuidSchema.nullable().describe('`after` of the next page of failures; null at the end'),
  })
  .meta({ id: 'BulkJob' });
export type BulkJob = z.infer<typeof bulkJobSchema>;

export const bulkParamsSchema = z.strictObject({ id: z.uuid().describe('Id of a bulk job') });
export const bulkQuerySchema = z.strictObject({
  after: uuidSchema.optional().describe('Only failures of ids after this one'),
  limit: z.coerce.number().int().min(0).max(1_000).default(100).describe('Failures a page'),
});
export const bulkStopBodySchema = z.strictObject(actShape).meta({ id: 'BulkStop' });
