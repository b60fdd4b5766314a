import { z } from 'zod';
import { actShape } from './actions.js';
import { instanceIdParamSchema, isoTimeSchema, jsonValueSchema, pageOf, pageQuery } from './common.js';

export const askSchema = z
  .object({
    instance: z.uuid(),
    definition: z.string(),
    path: z.string(),
    name: z.string().describe('Names it when it is answered'),
    kind: z.enum(['approval', 'choice', 'text', 'form']),
    prompt: z.string().nullable(),
    choices: z.array(z.string()).nullable(),
    form: jsonValueSchema.describe('JSON Schema of the answer; null unless it is a form'),
    assignees: z.array(z.string()).describe('Empty: anybody'),
    claimedBy: z.string().nullable(),
    dueAt: isoTimeSchema.nullable().describe('When an answer is expected; only shown'),
    timeoutAt: isoTimeSchema.nullable(),
    openedAt: isoTimeSchema,
  })
  .meta({ id: 'Ask' });
export type Ask = z.infer<typeof askSchema>;

export const asksQuerySchema = z.strictObject({
  ...pageQuery,
  status: z.enum(['open']).default('open'),
  assignee: z.string().min(1).max(200).optional().describe('Asked of this person'),
  instance: instanceIdParamSchema.optional(),
});
export const askPageSchema = pageOf(askSchema).meta({ id: 'AskPage' });

export const askParamsSchema = z.strictObject({
  id: instanceIdParamSchema,
  name: z.string().min(1).max(1_000).describe('Name of the ask, or the path of its step'),
});
export const answerBodySchema = z
  .strictObject({
    value: jsonValueSchema
      .optional()
      .describe('Approval: `approved` or `rejected`; choice: one of the choices; text: the text. Not of a form'),
    comment: z.string().max(10_000).optional(),
    form: jsonValueSchema.optional().describe('Of a form: the answer, checked against its schema'),
    ...actShape,
  })
  .meta({ id: 'Answer' });
export type AnswerRequest = z.input<typeof answerBodySchema>;

export const claimBodySchema = z
  .strictObject({ by: z.string().min(1).max(200).describe('Who will answer'), reason: actShape.reason })
  .meta({ id: 'ClaimAsk' });
export type ClaimRequest = z.input<typeof claimBodySchema>;

export const reassignBodySchema = z
  .strictObject({ assignees: z.array(z.string().min(1).max(200)).min(1).max(100), ...actShape })
  .meta({ id: 'ReassignAsk' });
export type ReassignRequest = z.input<typeof reassignBodySchema>;
