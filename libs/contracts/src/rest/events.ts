import { z } from 'zod';
import { actShape } from './actions.js';
import { instanceIdParamSchema, isoTimeSchema, jsonValueSchema, pageOf, pageQuery } from './common.js';

export const eventNameSchema = z.string().min(1).max(200).describe('Name that waiting steps ask for');
export const eventIdSchema = z
  .string()
  .min(1)
  .max(200)
  .describe('Your id of the event: the same one again does nothing, and gets the first answer. Default: a new one');
const keySchema = z.string().min(1).max(500).describe('What waiting steps `correlate` with');

const payload = jsonValueSchema.optional().describe('Default null; at most 1 MiB with the rest of the body');

export const eventToInstanceBodySchema = z
  .strictObject({ name: eventNameSchema, payload, id: eventIdSchema.optional() })
  .meta({ id: 'EventToInstance' });
export type EventToInstanceRequest = z.input<typeof eventToInstanceBodySchema>;

export const eventByKeyBodySchema = z
  .strictObject({
    name: eventNameSchema,
    key: keySchema,
    payload,
    id: eventIdSchema.optional(),
    ttl: z
      .string()
      .max(50)
      .regex(/^(\d{1,9}(ms|s|m|h|d)|P[0-9DTHMSW.]+)$/, 'expected a duration such as 30s, 24h or PT1H')
      .optional()
      .describe('How long it is kept when nobody waits for it; default 24h, at most 30d'),
  })
  .meta({ id: 'EventByKey' });
export type EventByKeyRequest = z.input<typeof eventByKeyBodySchema>;

export const eventOutcomeSchema = z
  .object({
    id: z.string(),
    outcome: z
      .enum(['matched', 'kept', 'dropped', 'stored'])
      .describe(
        '`matched`: a step took it. `kept`: until one waits for it. `dropped`: it does not fit what waits. `stored`: its owner has not decided yet',
      ),
    instances: z.array(z.uuid()).describe('Which it went to'),
  })
  .meta({ id: 'EventOutcome' });
export type EventOutcome = z.infer<typeof eventOutcomeSchema>;

export const keptEventSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    key: z.string(),
    payload: jsonValueSchema,
    receivedAt: isoTimeSchema,
    expiresAt: isoTimeSchema,
  })
  .meta({ id: 'KeptEvent' });
export type KeptEvent = z.infer<typeof keptEventSchema>;

export const eventsQuerySchema = z.strictObject({
  ...pageQuery,
  status: z
    .enum(['waiting', 'unmatched'])
    .default('waiting')
    .describe('`waiting`: kept until somebody waits for it. `unmatched`: its time has passed and nobody took it'),
});
export const keptEventPageSchema = pageOf(keptEventSchema).meta({ id: 'KeptEventPage' });

export const eventParamsSchema = z.strictObject({ id: z.string().min(1).max(200).describe('Id of the event') });
export const bindBodySchema = z.strictObject({ instance: instanceIdParamSchema, ...actShape }).meta({ id: 'BindEvent' });
export type BindRequest = z.input<typeof bindBodySchema>;
