import { z } from 'zod';
import {
  claimAnswersSchema,
  controlSchema,
  isPlainSteps,
  type StepCommand,
  stepCommandSchema,
  stepEnvelopeSchema,
} from '#libs/contracts';
import type { Json } from '#libs/engine';
import { type Decoded, decodeEnvelope } from '#libs/messaging';

/** What JSON.parse made is JSON: walking every input again would cost more than all other checks together. */
const parsedJson = z.unknown() as z.ZodType<Json>;
const steps = stepEnvelopeSchema.extend({ items: z.array(stepCommandSchema.extend({ input: parsedJson })).min(1) });
const workerMessageSchema = z.discriminatedUnion('kind', [steps, claimAnswersSchema]);

export type WorkerMessage =
  { readonly kind: 'steps'; readonly items: readonly StepCommand[] } | Pick<z.infer<typeof claimAnswersSchema>, 'kind' | 'items'>;
export type ControlMessage = z.infer<typeof controlSchema>;

/** A message of a step queue or of the worker's own queue; whatever it holds, this returns. */
export const decodeWorkerMessage = (content: Buffer): Decoded<WorkerMessage> =>
  decodeEnvelope(content, workerMessageSchema, isPlainSteps) as Decoded<WorkerMessage>;

/** A message of `orquestra.control`; announcements of other workers are passed by unread. */
export function decodeControl(content: Buffer): Decoded<ControlMessage> | undefined {
  return content.includes('"kind":"worker"') && !content.includes('"kind":"abort"')
    ? undefined
    : decodeEnvelope(content, controlSchema);
}
