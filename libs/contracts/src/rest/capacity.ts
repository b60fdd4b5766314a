import { z } from 'zod';
import { isoTimeSchema } from './common.js';

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
    status: z.enum(['active', 'draining', 'stopped', 'lost']).describe('`lost`: silent for three heartbeats'),
    labels: z.record(z.string(), z.string()),
    handlers: z.array(z.object({ queue: z.string(), task: z.string(), concurrency: z.int() })),
    concurrency: z.int().describe('Slots'),
    running: z.int().describe('Slots used'),
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
export const workerListSchema = z.object({ items: z.array(workerSchema), next: z.null() }).meta({ id: 'WorkerList' });

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
  })
  .meta({ id: 'Queue' });
export type Queue = z.infer<typeof queueSchema>;
export const queueListSchema = z.object({ items: z.array(queueSchema), next: z.null() }).meta({ id: 'QueueList' });

export const taskSchema = z
  .object({
    task: z.string(),
    queues: z.array(z.string()),
    workers: z.int(),
    slots: z.int(),
    meanMs: z.number().nullable(),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof taskSchema>;
export const taskListSchema = z.object({ items: z.array(taskSchema), next: z.null() }).meta({ id: 'TaskList' });

export const partitionSchema = z
  .object({
    partition: z.int(),
    owner: z.string().nullable().describe('Orchestrator that owns it; null: nobody'),
    epoch: z.int().describe('Grows with each change of owner'),
    expiresAt: isoTimeSchema.nullable(),
  })
  .meta({ id: 'Partition' });
export const partitionListSchema = z.object({ items: z.array(partitionSchema), next: z.null() }).meta({ id: 'PartitionList' });
export type Partition = z.infer<typeof partitionSchema>;
