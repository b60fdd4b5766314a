import { z } from 'zod';
import { instanceLifecycle, QUEUE_SHAPE, stepLifecycle, type InstanceStatus, type Json, type StepStatus } from '#libs/engine';

/** Shapes used by every subject of the API. Times are ISO 8601 UTC, durations milliseconds (names end in `Ms`). */

/** Any JSON value the platform can keep: no U+0000, no lone surrogates, integers within ±(2^53 − 1). Checked apart, with the place. */
export const jsonValueSchema = z.unknown().describe('Any JSON value') as unknown as z.ZodType<Json, Json>;
export const jsonObjectSchema = z.record(z.string(), jsonValueSchema).describe('A JSON object');

export const isoTimeSchema = z.iso.datetime().describe('ISO 8601, UTC');
export const uuidSchema = z.uuid();
export const instanceIdParamSchema = z.uuid().describe('Id of an instance (UUIDv7)');
export const definitionNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9._-]{0,99}$/,
    'expected a name: a lower-case letter, then at most 99 lower-case letters, digits, ".", "_" or "-"',
  )
  .describe('Name of a definition');
export const queueNameSchema = z
  .string()
  .regex(QUEUE_SHAPE, 'expected a queue name: at most 63 letters, digits, "_" or "-"')
  .describe('Queue that its tasks go to where the definition names none');
/** semver.org's own pattern, without build metadata's ambiguity: exact versions only. */
export const exactVersionSchema = z
  .string()
  .max(100)
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'expected a semantic version such as 1.2.0')
  .describe('An exact semantic version');

const keysOf = <K extends string>(table: Record<K, unknown>) => Object.keys(table) as [K, ...K[]];
export const instanceStatusSchema = z.enum(keysOf<InstanceStatus>(instanceLifecycle)).describe('Status of an instance');
export const stepStatusSchema = z.enum(keysOf<StepStatus>(stepLifecycle)).describe('Status of a step');

export const problemItemSchema = z
  .object({
    severity: z.enum(['error', 'warning']),
    code: z.string().describe('Stable, upper snake case'),
    path: z.string().describe('JSON Pointer into the request body, or the name of a parameter'),
    message: z.string().describe('What was expected and what was found'),
    hint: z.string().optional().describe('What to do about it'),
    line: z.int().positive().optional(),
    column: z.int().positive().optional(),
  })
  .meta({ id: 'ProblemItem' });
export type ProblemItem = z.infer<typeof problemItemSchema>;

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().describe('Identifies the kind of problem; ends in the code'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().optional().describe('The path that was asked'),
    code: z.string().describe('Stable, upper snake case'),
    traceId: z.string().describe('Name it when you ask for help: the log line carries it too'),
    errors: z.array(problemItemSchema),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem' });
export type ApiProblemBody = z.infer<typeof problemSchema>;

export const maxPage = 200;
/** `?cursor=&limit=` of every list. */
export const pageQuery = {
  cursor: z.string().min(1).max(500).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(maxPage).default(50).describe('Items a page'),
};
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe('Cursor of the next page; null at the end') });

/** A count that stops early: `atLeast` says that there are more. */
export const cappedCountSchema = z
  .object({ count: z.int().nonnegative(), atLeast: z.boolean().describe('Counting stopped here; there are more') })
  .meta({ id: 'CappedCount' });

/** `?flag`, `?flag=`, `?flag=true` and `?flag=1` are yes; `false` and `0` no. */
export const flag = (fallback: boolean) =>
  z
    .enum(['', 'true', '1', 'false', '0'])
    .optional()
    .transform((text) => (text === undefined ? fallback : text === '' || text === 'true' || text === '1'));

/** Values by comma, each checked: `status=failed,timed_out`. */
export const commaList = <T extends z.ZodType<string, string>>(item: T) =>
  z
    .string()
    .min(1)
    .max(2_000)
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(item).min(1));

const unitMs = { ms: 1, s: 1_000, m: 60_000 } as const;
/** `500ms`, `20s`, `1m`; at most 60 s. */
export const waitDurationSchema = z
  .string()
  .regex(/^\d{1,6}(ms|s|m)$/, 'expected a duration such as 500ms, 20s or 1m')
  .transform((text) => {
    const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
    return Number(amount) * unitMs[(unit ?? 'ms') as keyof typeof unitMs];
  })
  .pipe(z.number().max(60_000, 'expected at most 60s'))
  .describe('How long the answer may wait for the end: 500ms, 20s; at most 60s');
