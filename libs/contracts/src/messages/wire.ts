import { z } from 'zod';
import { chaosFaultsSchema, chaosKindSchema, chaosLimits, chaosScopeSchema, chaosServiceSchema } from '../rest/chaos.js';
import { instanceStatusSchema } from '../rest/common.js';

/** Everything that travels over RabbitMQ (or the in-process transport), schema-versioned JSON. `v` is raised only with a reader for the old one. */

const json = z.json();
/** One writing for each id: everybody finds an instance by it. */
const instanceId = z.uuid().toLowerCase();
/** What a column `integer` holds. */
export const maxCount = 2_147_483_647;
/** What a Date holds, epoch ms either way. */
export const maxTime = 8_640_000_000_000_000;
const count = z.int().positive().max(maxCount);
const token = count;
/** Epoch ms. */
const time = z.number().min(-maxTime).max(maxTime);
const envelope = { v: z.literal(1), tenant: z.string().default('main') };

export const failureSchema = z.object({
  code: z.string().min(1).max(200),
  message: z.string(),
  details: json.optional(),
  retryable: z.boolean(),
});

/** orchestrator → worker: run this attempt. */
export const stepCommandSchema = z.object({
  instanceId,
  /** Where the completion goes: routing key `p.<partition>` of `orquestra.partitions`. */
  partition: z.int().nonnegative(),
  token,
  path: z.string(),
  attempt: count,
  task: z.string(),
  queue: z.string(),
  input: json,
  idempotencyKey: z.string(),
  /** One attempt, from the handler's start. */
  timeoutMs: z.int().positive(),
  heartbeatMs: z.int().positive().optional(),
  /** What the attempt before told with its last heartbeat. */
  lastProgress: json.optional(),
  /** Run only after `claim` was granted. */
  claimed: z.boolean(),
  /** 1 at first; higher when sent again. */
  delivery: count,
  definition: z.string(),
  version: z.string(),
  /** Of the innermost lock the step runs in; grows with every grant of its key. */
  fence: z.int().positive().optional(),
  /** Slots of the worker it takes; absent: one. */
  slots: z.int().min(2).max(1_000).optional(),
  /** Memory it asks for, bytes. */
  memory: z.int().positive().optional(),
  /** Sent to this worker: it has the step's affinity value, and the step waits for it; or it had room, and hands the step back if not. */
  bound: z.enum(['affinity', 'room']).optional(),
  traceparent: z.string().optional(),
});
export type StepCommand = z.infer<typeof stepCommandSchema>;

/** Queue `orquestra.steps.<queue>.<task>` and, for bound commands, `orquestra.worker.<id>`. */
export const stepEnvelopeSchema = z.object({ ...envelope, kind: z.literal('steps'), items: z.array(stepCommandSchema).min(1) });
export type StepEnvelope = z.infer<typeof stepEnvelopeSchema>;

/** orchestrator → worker, queue `orquestra.worker.<id>`. */
export const claimAnswerSchema = z.object({ instanceId, token, granted: z.boolean() });
export const claimAnswersSchema = z.object({
  ...envelope,
  kind: z.literal('claimAnswers'),
  items: z.array(claimAnswerSchema).min(1),
});
export type ClaimAnswer = z.infer<typeof claimAnswerSchema>;

const stepRef = { instanceId, path: z.string(), token };

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line a handler logged; not part of the audit log. */
export const logLineSchema = z.object({
  /** From 1 within its attempt. */
  no: count,
  /** Epoch ms by the worker's clock, whatever it says: a line is kept at the latest with the time of its arrival. */
  at: z.number(),
  level: z.enum(logLevels),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;
const logs = {
  /** With `logs`: the attempt they belong to. */
  attempt: count.optional(),
  logs: z.array(logLineSchema).optional(),
};

/** One item of a partition queue. */
export const partitionItemSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('completed'),
    ...stepRef,
    output: json,
    worker: z.string(),
    startedAt: time,
    /** Of the handler; tells the owner how many commands may travel together. */
    durationMs: z.number().optional(),
    /** What had to be replaced to make the output storable. */
    note: z.string().optional(),
    ...logs,
  }),
  z.object({
    kind: z.literal('failed'),
    ...stepRef,
    failure: failureSchema,
    worker: z.string(),
    startedAt: time,
    ...logs,
  }),
  /** A running handler tells how far it is, or what it logged. */
  z.object({ kind: z.literal('progress'), ...stepRef, worker: z.string(), details: json.optional(), ...logs }),
  z.object({ kind: z.literal('claim'), ...stepRef, claimant: z.string() }),
  /** A command handed back unrun: redelivered envelope, or not begun in time, or the worker is draining. */
  z.object({
    kind: z.literal('returned'),
    ...stepRef,
    queue: z.string(),
    task: z.string(),
    delivery: z.int().max(maxCount),
    worker: z.string(),
  }),
  /** No content: look at your inbox and your clocks. */
  z.object({ kind: z.literal('hint'), instanceId }),
]);
export type PartitionItem = z.infer<typeof partitionItemSchema>;

/** Queue `orquestra.partition.<topology>.<n>`. */
export const partitionEnvelopeSchema = z.object({
  ...envelope,
  kind: z.literal('partition'),
  items: z.array(partitionItemSchema).min(1),
});
export type PartitionEnvelope = z.infer<typeof partitionEnvelopeSchema>;

export const heldStepSchema = z.object({
  ...stepRef,
  partition: z.int(),
  /** Epoch ms; null while prefetched or waiting for its claim. */ startedAt: time.nullable(),
});
export type HeldStep = z.infer<typeof heldStepSchema>;

export const workerHandlerSchema = z.object({ queue: z.string(), task: z.string(), concurrency: z.int().positive() });

/**
 * A worker's announcement on `orquestra.control`: at its start, whenever what it serves changes, when somebody asks who is there, and every
 * `heartbeatMs` (2,000); between heartbeats, steps that have been running for 100 ms are told once as `begun`, and the mean of a task that has none yet
 * (batched, at most 5 messages a second).
 */
export const workerAnnouncementSchema = z.object({
  ...envelope,
  kind: z.literal('worker'),
  id: z.string(),
  /** A new one at each connection of the worker. */
  session: z.string(),
  version: z.string(),
  host: z.string(),
  pid: z.int(),
  labels: z.record(z.string(), z.string()),
  status: z.enum(['active', 'draining', 'stopped']),
  handlers: z.array(workerHandlerSchema),
  /** Steps at once, in all. */
  concurrency: z.int().positive(),
  running: z.int().nonnegative(),
  /** Of `concurrency`, a step taking as many as it says. */
  freeSlots: z.int().nonnegative().optional(),
  /** Bytes: what it offers in all, and what of it the next step may ask for. */
  memory: z.object({ total: z.int().nonnegative(), free: z.int().nonnegative() }).optional(),
  startedAt: time,
  /** A longer one would keep a worker that is gone in the lists, and everything that waits for its judgement. */
  heartbeatMs: z.int().positive().max(3_600_000),
  /** Completed and failed attempts since its start. */
  finished: z.int().nonnegative(),
  /** Mean duration of an attempt by task, ms (exponentially weighted). */
  meanMs: z.record(z.string(), z.number()),
  /** Every token it holds, prefetched ones included; present in heartbeats only. */
  held: z.array(heldStepSchema).optional(),
  begun: z.array(heldStepSchema).optional(),
});
export type WorkerAnnouncement = z.infer<typeof workerAnnouncementSchema>;

/** orchestrator → all workers on `orquestra.control`. */
export const abortSchema = z.object({
  ...envelope,
  kind: z.literal('abort'),
  items: z.array(z.object({ ...stepRef, reason: z.enum(['cancelled', 'timeout', 'shutdown']) })).min(1),
});
export type Abort = z.infer<typeof abortSchema>;

/** gateway → all workers on `orquestra.control`: one of them shall take nothing new, or (`isOn: false`) take work again. */
export const drainSchema = z.object({ ...envelope, kind: z.literal('drain'), worker: z.string(), isOn: z.boolean() });
export type DrainOrder = z.infer<typeof drainSchema>;

/** → all workers on `orquestra.control`, by whoever has just begun to listen: announce yourselves, so that nobody waits for a heartbeat. */
export const rollCallSchema = z.object({ ...envelope, kind: z.literal('rollCall') });

/** gateway → all services with chaos allowed, on `orquestra.control`, every second: which faults to inject, or (`run: null`) none. */
export const chaosOrderSchema = z.object({
  ...envelope,
  kind: z.literal('chaos'),
  run: z
    .object({
      id: z.uuid(),
      faults: chaosFaultsSchema,
      scope: chaosScopeSchema,
      seed: z.int(),
      mayFailInstances: z.boolean(),
      /** By the database's clock, when it was sent. */
      elapsedMs: z.int().max(chaosLimits.longestMs),
      leftMs: z.int().positive().max(chaosLimits.longestMs),
    })
    .nullable(),
  /** Epoch ms of the database's clock. */
  now: z.number(),
});
export type ChaosOrder = z.infer<typeof chaosOrderSchema>;

/** every service with chaos allowed → gateways, on `orquestra.control`, every 2 s. */
export const chaosPresenceSchema = z.object({ ...envelope, kind: z.literal('chaosService'), service: chaosServiceSchema });

/** Injected faults, from the service they were injected in; to the queue `orquestra.chaos`, sent until it is confirmed. */
export const chaosFaultsMessageSchema = z.object({
  ...envelope,
  kind: z.literal('chaosFaults'),
  run: z.uuid(),
  service: z.string(),
  items: z
    .array(
      z.object({
        /** Unique within run and service. */
        no: count,
        kind: chaosKindSchema,
        /** Epoch ms of the database's clock, as far as it is known. */
        at: z.number(),
        target: z.string(),
        /** Alike faults, told together when there are many. */
        count,
        ms: z.int().nullable(),
        /** Steps it has hit. */
        steps: z.array(z.object({ instanceId, path: z.string() })).max(100),
        /** Partitions whose owner it has killed. */
        partitions: z.array(z.object({ partition: z.int(), epoch: z.int().max(maxCount), batchNo: z.int() })),
      }),
    )
    .min(1),
});
export type ChaosFaultItem = z.infer<typeof chaosFaultsMessageSchema>['items'][number];

export const controlSchema = z.discriminatedUnion('kind', [
  workerAnnouncementSchema,
  abortSchema,
  drainSchema,
  rollCallSchema,
  chaosOrderSchema,
  chaosPresenceSchema,
]);

/** Head of an instance for lists. */
export const instanceDeltaSchema = z.object({
  id: instanceId,
  definition: z.string(),
  version: z.string(),
  key: z.string().nullable(),
  status: instanceStatusSchema,
  seq: z.int(),
  summary: z.string().nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  createdAt: time,
  stepsDone: z.int(),
  stepsTotal: z.int(),
  currentStep: z.string().nullable(),
  errorCode: z.string().nullable(),
});
export type InstanceDelta = z.infer<typeof instanceDeltaSchema>;

/**
 * `orquestra.live`, routing key `heads`: what changed, conflated per partition (250 ms), built only while some gateway has bound a queue to it;
 * an instance's own stream is read from PostgreSQL by seq, this only nudges.
 */
export const liveHeadsSchema = z.object({
  ...envelope,
  kind: z.literal('heads'),
  partition: z.int(),
  items: z.array(instanceDeltaSchema).min(1),
});
export type LiveHeads = z.infer<typeof liveHeadsSchema>;

/** `orquestra.live`, routing key `ends`: instances that have ended, at once. How they ended is in PostgreSQL, and in their heads. */
export const liveEndsSchema = z.object({
  ...envelope,
  kind: z.literal('ends'),
  partition: z.int(),
  items: z.array(instanceId).min(1),
});
export type LiveEnds = z.infer<typeof liveEndsSchema>;

/** Counters of one owner's partition for `GET /queues` and the overview; `orquestra.live`, routing key `queues`, every second while they change. */
export const liveQueuesSchema = z.object({
  ...envelope,
  kind: z.literal('queues'),
  partition: z.int(),
  items: z.array(z.object({ queue: z.string(), task: z.string(), queued: z.int(), sent: z.int(), oldestAt: time.nullable() })),
});
export type LiveQueues = z.infer<typeof liveQueuesSchema>;

export const liveSchema = z.discriminatedUnion('kind', [liveHeadsSchema, liveEndsSchema, liveQueuesSchema]);
