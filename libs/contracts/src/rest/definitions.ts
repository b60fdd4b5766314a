import { z } from 'zod';
import {
  definitionNameSchema,
  exactVersionSchema,
  flag,
  isoTimeSchema,
  jsonObjectSchema,
  jsonValueSchema,
  pageOf,
  pageQuery,
  problemItemSchema,
  uuidSchema,
} from './common.js';

export const definitionParamsSchema = z.strictObject({ name: definitionNameSchema });
export const versionParamsSchema = z.strictObject({ name: definitionNameSchema, version: exactVersionSchema });

export const registerQuerySchema = z.strictObject({
  strict: flag(false).describe('Warnings count as errors'),
  dryRun: flag(false).describe('Check everything, register nothing'),
  activate: flag(true).describe('Make it the active version (a pre-release is made active only when this says so)'),
  allowOlder: flag(false).describe('Accept a version that is not newer than the registered ones'),
  requireWorkers: flag(false).describe('A task that no live worker serves is an error'),
});

export const registeredSchema = z
  .object({
    name: definitionNameSchema,
    version: exactVersionSchema,
    checksum: z.string().describe('SHA-256 of the canonical JSON, hex'),
    outcome: z.enum(['created', 'identical', 'valid']).describe('`valid`: a dry run'),
    active: z.boolean().describe('This version is now the active one'),
    problems: z.array(problemItemSchema).describe('Warnings'),
  })
  .meta({ id: 'Registered' });
export type Registered = z.infer<typeof registeredSchema>;

export const validatedSchema = z
  .object({
    valid: z.boolean(),
    name: z.string().optional(),
    version: z.string().optional(),
    problems: z.array(problemItemSchema).describe('All of them at once, errors first'),
  })
  .meta({ id: 'Validated' });
export type Validated = z.infer<typeof validatedSchema>;

const pauseSchema = z
  .object({ at: isoTimeSchema, by: z.string().nullable(), reason: z.string().nullable() })
  .nullable()
  .describe('Its instances are paused, and those that start begin so; null: it is not paused');

export const definitionSummarySchema = z
  .object({
    name: definitionNameSchema,
    title: z.string().nullable(),
    activeVersion: exactVersionSchema.nullable(),
    latestVersion: exactVersionSchema.describe('Highest by semantic versioning'),
    versions: z.int().positive(),
    labels: z.record(z.string(), z.string()),
    registeredAt: isoTimeSchema.describe('When its newest version was registered'),
    running: z.int().nonnegative().describe('Instances that have not ended'),
    completed24h: z.int().nonnegative(),
    failed24h: z.int().nonnegative().describe('Failed or timed out'),
    paused: pauseSchema,
  })
  .meta({ id: 'DefinitionSummary' });
export type DefinitionSummary = z.infer<typeof definitionSummarySchema>;

export const definitionsQuerySchema = z.strictObject({
  ...pageQuery,
  q: z.string().max(100).optional().describe('Part of the name'),
});
export const definitionPageSchema = pageOf(definitionSummarySchema).meta({ id: 'DefinitionPage' });

export const versionSummarySchema = z
  .object({
    version: exactVersionSchema,
    checksum: z.string(),
    registeredAt: isoTimeSchema,
    isActive: z.boolean(),
    deprecated: z.boolean(),
  })
  .meta({ id: 'VersionSummary' });

/** The graph as the engine understands it: defaults filled in, so that nobody has to know them to draw it. */
export const graphStepSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    title: z.string().nullable(),
    task: z.string().nullable().describe('As written: may hold an expression'),
    needs: z.array(z.string()).describe('Ids of the direct needs'),
    runOn: z.enum(['success', 'failure', 'always']),
    join: z.enum(['all', 'any', 'count']),
    required: z.int().nonnegative().describe('How many needs must end OK'),
    maxAttempts: z.int().positive(),
  })
  .meta({ id: 'GraphStep' });
export type GraphStep = z.infer<typeof graphStepSchema>;

export const definitionVersionSchema = z
  .object({
    name: definitionNameSchema,
    ...versionSummarySchema.shape,
    title: z.string().nullable(),
    description: z.string().nullable(),
    document: jsonObjectSchema.describe('The definition'),
    steps: z.array(graphStepSchema),
    tasks: z.array(z.string()).describe('Tasks it names literally'),
    inputSchema: jsonValueSchema.optional().describe('JSON Schema of the input'),
  })
  .meta({ id: 'DefinitionVersion' });
export type DefinitionVersion = z.infer<typeof definitionVersionSchema>;

export const definitionDetailSchema = z
  .object({
    ...definitionSummarySchema.shape,
    all: z.array(versionSummarySchema).describe('All versions, highest first'),
    active: definitionVersionSchema.nullable().describe('The active version in full'),
  })
  .meta({ id: 'DefinitionDetail' });
export type DefinitionDetail = z.infer<typeof definitionDetailSchema>;

export const versionPageSchema = pageOf(versionSummarySchema).meta({ id: 'VersionPage' });

export const diffQuerySchema = z.strictObject({ from: exactVersionSchema, to: exactVersionSchema });
export const definitionDiffSchema = z
  .object({
    name: definitionNameSchema,
    from: exactVersionSchema,
    to: exactVersionSchema,
    identical: z.boolean(),
    steps: z.object({
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z.array(z.object({ id: z.string(), fields: z.array(z.string()) })),
    }),
    fields: z
      .array(
        z.object({
          field: z.string(),
          change: z.enum(['added', 'removed', 'changed']),
          from: jsonValueSchema.optional(),
          to: jsonValueSchema.optional(),
        }),
      )
      .describe('Differences outside `steps`'),
  })
  .meta({ id: 'DefinitionDiff' });
export type DefinitionDiff = z.infer<typeof definitionDiffSchema>;

export const activateBodySchema = z
  .strictObject({ version: exactVersionSchema, reason: z.string().max(1_000).optional() })
  .meta({ id: 'Activate' });
export const activatedSchema = z
  .object({ name: definitionNameSchema, activeVersion: exactVersionSchema, previous: exactVersionSchema.nullable() })
  .meta({ id: 'Activated' });

export const definitionPausedSchema = z
  .object({
    name: definitionNameSchema,
    paused: pauseSchema,
    job: uuidSchema.describe('The bulk job that tells its open instances: `GET /api/v1/bulk/{id}`'),
  })
  .meta({ id: 'DefinitionPaused' });
export type DefinitionPaused = z.infer<typeof definitionPausedSchema>;
