import { z } from 'zod';
import { TASK_SHAPE } from '#libs/engine';
import { actShape } from './actions.js';
import { isoTimeSchema, queueNameSchema } from './common.js';

export const workerStepSchema = z
  .object({
    instanceId: z.uuid(),
    path: z.string(),
    token: z.int(),
    startedAt: isoTimeSchema.nullable().describe('null: fetched, not begun'),
  })
  .meta({ id: 'WorkerStep' });

export const workerSchema = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    status: z
      .enum(['active', 'draining', 'stopped', 'lost'])
      .describe('`draining`: takes nothing new; `lost`: silent for three heartbeats, or as many as is configured'),
    labels: z.record(z.string(), z.string()),
    handlers: z.array(z.object({ queue: z.string(), task: z.string(), concurrency: z.int() })),
    concurrency: z.int().describe('Slots'),
    running: z.int().describe('Steps it runs'),
    freeSlots: z.int().describe('Slots that are free; a step takes one, or as many as its `slots` say'),
    memory: z
      .object({ total: z.int(), free: z.int() })
      .nullable()
      .describe('Bytes it offers to steps that require some; null: it does not say'),
    finished: z.int().describe('Attempts ended since its start'),
    meanMs: z.record(z.string(), z.number()).describe('Mean duration of an attempt, by task'),
    startedAt: isoTimeSchema,
    lastSeenAt: isoTimeSchema,
    heartbeatMs: z.int(),
    steps: z.array(workerStepSchema).describe('What it holds, at most 100'),
    held: z.int().describe('How many it holds'),
  })
  .meta({ id: 'Worker' });
export type Worker = z.infer<typeof workerSchema>;
export const workerParamsSchema = z.strictObject({ id: z.string().min(1).max(200).describe('Id of a worker') });
export const workerListSchema = z.object({ items: z.array(workerSchema), next: z.null() }).meta({ id: 'WorkerList' });

export const partitionSchema = z
  .object({
    partition: z.int(),
    owner: z.string().nullable().describe('Orchestrator that owns it; null: nobody'),
    epoch: z.int().describe('Grows with each change of owner'),
    expiresAt: isoTimeSchema.nullable().describe('When the lease runs out unless it is renewed'),
    ownedSince: isoTimeSchema.nullable(),
    renewedAt: isoTimeSchema.nullable(),
    host: z.string().nullable().describe('Of its owner'),
    version: z.string().nullable().describe('Of its owner'),
    inFlight: z.int().describe('Steps sent to workers and not ended, as its owner last told'),
    backlog: z.int().describe('Steps that have not been sent yet, as its owner last told'),
  })
  .meta({ id: 'Partition' });
export const orchestratorSchema = z
  .object({
    id: z.string(),
    host: z.string(),
    version: z.string().nullable(),
    startedAt: isoTimeSchema.nullable(),
    hasBroker: z.boolean().describe('Without the broker it leaves partitions to those that have it'),
    partitions: z.int().describe('How many it owns'),
  })
  .meta({ id: 'Orchestrator' });
export const partitionListSchema = z
  .object({ items: z.array(partitionSchema), next: z.null(), orchestrators: z.array(orchestratorSchema).describe('Those alive') })
  .meta({ id: 'PartitionList' });
export type PartitionList = z.infer<typeof partitionListSchema>;
export type Partition = z.infer<typeof partitionSchema>;

/** Settings of queues and tasks: what is not given stays, null removes it. */
export const rateSchema = z
  .strictObject({ limit: z.int().min(1).max(1_000_000), per: z.enum(['second', 'minute', 'hour']) })
  .meta({ id: 'Rate', description: 'At most `limit` dispatches in each second, minute or hour by the clock' });
export type Rate = z.infer<typeof rateSchema>;
const concurrency = z
  .int()
  .min(1)
  .max(1_000_000)
  .nullable()
  .describe('Steps at once, over all workers and orchestrators; null: no limit');

export const queueParamsSchema = z.strictObject({ name: queueNameSchema.describe('Name of a queue') });
export const queueSettingsBodySchema = z
  .strictObject({
    concurrency: concurrency.optional(),
    rate: rateSchema.nullable().optional(),
    priority: z
      .int()
      .min(0)
      .max(9)
      .nullable()
      .optional()
      .describe('Of its steps, where neither step, start nor definition say one'),
    paused: z.boolean().optional().describe('Stops dispatch only'),
    ...actShape,
  })
  .meta({ id: 'QueueSettingsBody' });
export type QueueSettingsRequest = z.input<typeof queueSettingsBodySchema>;
export const queueSettingsSchema = z
  .object({
    queue: z.string(),
    concurrency: z.int().nullable(),
    rate: rateSchema.nullable(),
    priority: z.int().nullable(),
    paused: z.boolean(),
    note: z.string().nullable().describe('Why it is paused'),
    by: z.string().nullable(),
    changedAt: isoTimeSchema.nullable(),
  })
  .meta({ id: 'QueueSettings' });
export type QueueSettings = z.infer<typeof queueSettingsSchema>;

export const taskParamsSchema = z.strictObject({
  name: z
    .string()
    .regex(TASK_SHAPE, 'expected the name of a task: at most 128 letters, digits, ".", "_" or "-", a letter first')
    .describe('Name of a task'),
});
export const taskSettingsBodySchema = z
  .strictObject({
    concurrency: concurrency.optional(),
    rate: rateSchema.nullable().optional(),
    paused: z.boolean().optional().describe('Stops dispatch only'),
    breaker: z.enum(['auto', 'open', 'closed']).optional().describe('`auto`: opens by itself; `open` and `closed` are by hand'),
    breakAfter: z.int().min(1).max(10_000).optional().describe('Failed attempts in a row that open it; default 5'),
    breakForMs: z.int().min(100).max(86_400_000).optional().describe('After this one attempt is let through; default 30,000'),
    ...actShape,
  })
  .meta({ id: 'TaskSettingsBody' });
export type TaskSettingsRequest = z.input<typeof taskSettingsBodySchema>;
export const taskSettingsSchema = z
  .object({
    task: z.string(),
    concurrency: z.int().nullable(),
    rate: rateSchema.nullable(),
    paused: z.boolean(),
    breaker: z.enum(['auto', 'open', 'closed']),
    breakerState: z.enum(['closed', 'open', 'halfOpen']),
    breakAfter: z.int(),
    breakForMs: z.int(),
    failuresInRow: z.int(),
    opensUntil: isoTimeSchema.nullable(),
    note: z.string().nullable(),
    by: z.string().nullable(),
    changedAt: isoTimeSchema.nullable(),
  })
  .meta({ id: 'TaskSettings' });
export type TaskSettings = z.infer<typeof taskSettingsSchema>;

export const queueSchema = z
  .object({
    queue: z.string(),
    task: z.string(),
    queued: z.int().describe("In the orchestrators' backlog, not yet sent"),
    sent: z.int().describe('Sent, not ended'),
    ready: z.int().nullable().describe('Waiting in the broker; null when the queue does not exist or the broker is away'),
    running: z.int().describe('Begun by a worker'),
    workers: z.int().describe('Live workers that serve it'),
    slots: z.int().describe('What these can run at once'),
    oldestAt: isoTimeSchema.nullable().describe('Since when the oldest one waits'),
    settings: queueSettingsSchema.nullable().describe('What is set for the queue; null: nothing'),
    inUse: z.int().describe('Steps of the queue, of whatever task, that its limit counts'),
    limit: z.int().nullable().describe('Steps of the queue at once; null: no limit'),
  })
  .meta({ id: 'Queue' });
export type Queue = z.infer<typeof queueSchema>;
export const queueListSchema = z
  .object({
    items: z.array(queueSchema),
    next: z.null(),
    settings: z.array(queueSettingsSchema).describe('Of every queue for which something is set, also where nothing waits'),
  })
  .meta({ id: 'QueueList' });

export const taskSchema = z
  .object({
    task: z.string(),
    queues: z.array(z.string()),
    workers: z.int(),
    slots: z.int(),
    meanMs: z.number().nullable(),
    settings: taskSettingsSchema.nullable().describe('What is set for the task; null: nothing'),
    inUse: z.int().describe('Steps of the task, on whatever queue, that its limit counts'),
    limit: z.int().nullable().describe('Steps of the task at once; null: no limit'),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof taskSchema>;
export const taskListSchema = z.object({ items: z.array(taskSchema), next: z.null() }).meta({ id: 'TaskList' });
