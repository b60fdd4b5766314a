import { z } from 'zod';
import * as actions from '../rest/actions.js';
import { answerBodySchema, claimBodySchema, reassignBodySchema } from '../rest/asks.js';
import { instanceIdParamSchema } from '../rest/common.js';
import { eventByKeyBodySchema, eventToInstanceBodySchema } from '../rest/events.js';

const id = { id: instanceIdParamSchema };
const ask = { ...id, name: z.string().min(1).max(1_000).describe('Name of the ask, or the path of its step') };

/**
 * Instance commands by routing key, exchange `orquestra.commands`: the bodies of the calls of the same name, with the instance in `id`.
 * `message_id` is required and makes them idempotent; answers go to `reply_to`.
 */
export const actCommandSchemas = {
  'workflow.cancel': z.strictObject({ ...id, ...actions.cancelBodySchema.shape }),
  'workflow.pause': z.strictObject({ ...id, ...actions.actBodySchema.shape }),
  'workflow.resume': z.strictObject({ ...id, ...actions.actBodySchema.shape }),
  'workflow.retry': z.strictObject({ ...id, ...actions.actBodySchema.shape }),
  'workflow.step.retry': z.strictObject({ ...id, ...actions.retryStepBodySchema.shape }),
  'workflow.step.skip': z.strictObject({ ...id, ...actions.skipStepBodySchema.shape }),
  'workflow.step.complete': z.strictObject({ ...id, ...actions.completeStepBodySchema.shape }),
  'workflow.step.cancel': z.strictObject({ ...id, ...actions.cancelStepBodySchema.shape }),
  'workflow.ask.answer': z.strictObject({ ...ask, ...answerBodySchema.shape }),
  'workflow.ask.claim': z.strictObject({ ...ask, ...claimBodySchema.shape }),
  'workflow.ask.reassign': z.strictObject({ ...ask, ...reassignBodySchema.shape }),
} as const;
export type ActCommand = keyof typeof actCommandSchemas;

/** `workflow.event`: by `key`, or to one `instance`; the `message_id` names the event when `id` does not. */
export const eventCommandSchema = z.union([
  eventByKeyBodySchema,
  z.strictObject({ instance: instanceIdParamSchema, ...eventToInstanceBodySchema.shape }),
]);
