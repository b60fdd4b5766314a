import { z } from 'zod';
import { instanceIdParamSchema, instanceStatusSchema, jsonValueSchema, waitDurationSchema } from './common.js';

/** Who acts, and why. Both land in the history and in the operator log. */
export const actShape = {
  reason: z.string().max(1_000).optional().describe('Why; lands in the history and the operator log'),
  by: z.string().min(1).max(200).optional().describe('Who, as long as nobody has to log in'),
};
export const stepPathSchema = z.string().min(1).max(1_000).describe('Path of the step: `charge`, `ship/3/pack`');

export const actBodySchema = z.strictObject(actShape).meta({ id: 'Act' });
export type ActRequest = z.input<typeof actBodySchema>;

export const cancelBodySchema = z
  .strictObject({
    ...actShape,
    compensate: z.boolean().optional().describe('Undo what was completed, or not; default: as the definition says'),
  })
  .meta({ id: 'Cancel' });
export type CancelRequest = z.input<typeof cancelBodySchema>;

export const retryStepBodySchema = z
  .strictObject({
    path: stepPathSchema,
    input: jsonValueSchema.optional().describe('In place of its own input; then the idempotency key is a new one'),
    ...actShape,
  })
  .meta({ id: 'RetryStep' });
export const skipStepBodySchema = z
  .strictObject({
    path: stepPathSchema,
    output: jsonValueSchema.optional().describe('What it counts as having returned; default null'),
    ...actShape,
  })
  .meta({ id: 'SkipStep' });
export const completeStepBodySchema = z
  .strictObject({
    path: stepPathSchema,
    output: jsonValueSchema.optional().describe('Default: of a block what it has so far, else null'),
    ...actShape,
  })
  .meta({ id: 'CompleteStep' });
export const cancelStepBodySchema = z.strictObject({ path: stepPathSchema, ...actShape }).meta({ id: 'CancelStep' });
export type RetryStepRequest = z.input<typeof retryStepBodySchema>;
export type SkipStepRequest = z.input<typeof skipStepBodySchema>;
export type CompleteStepRequest = z.input<typeof completeStepBodySchema>;
export type CancelStepRequest = z.input<typeof cancelStepBodySchema>;

/** How long an action's answer waits for the owner's decision when the request does not say. */
export const defaultActWaitMs = 1_500;
export const actQuerySchema = z.strictObject({
  wait: waitDurationSchema
    .default(defaultActWaitMs)
    .describe("How long the answer may wait for the owner's decision; `0ms`: 202 as soon as it is stored. Default 1.5 s"),
});

export const actedSchema = z
  .object({
    id: z.uuid(),
    status: instanceStatusSchema.describe('Of the instance, now'),
    outcome: z
      .enum(['applied', 'stored'])
      .describe('`applied`: its owner has decided and it is done. `stored`: kept with fsync, will be decided'),
  })
  .meta({ id: 'Acted' });
export type Acted = z.infer<typeof actedSchema>;

export const restartBodySchema = z
  .strictObject({
    from: stepPathSchema
      .optional()
      .describe('Id of a step of the top level: it and what comes after it run again, earlier outputs are kept. Default: all'),
    version: z.string().min(1).max(100).default('same').describe('`same`, `latest`, or a version; default `same`'),
    input: jsonValueSchema.optional().describe('Default: that of the instance'),
    ...actShape,
  })
  .meta({ id: 'Restart' });
export type RestartRequest = z.input<typeof restartBodySchema>;

export const payloadParamsSchema = z.strictObject({
  id: instanceIdParamSchema,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hex'),
});
