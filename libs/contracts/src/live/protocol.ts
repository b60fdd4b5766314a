import { z } from 'zod';
import { definitionNameSchema, instanceStatusSchema, isoTimeSchema, problemSchema } from '../rest/common.js';
import { auditEventItemSchema } from '../rest/steps.js';
import { instanceSummarySchema, liveInstanceSchema } from '../rest/instances.js';
import { incidentGroupsSchema } from '../rest/incidents.js';
import { askSchema } from '../rest/asks.js';
import { queueSchema, workerSchema } from '../rest/capacity.js';
import { chaosSchema } from '../rest/chaos.js';
import { overviewSchema } from '../rest/stats.js';

/**
 * `/live`: plain WebSocket, one JSON message a frame.
 *
 * A client subscribes to topics; each subscription answers with one `snapshot`, then `delta`s. `ref` names the subscription
 * (chosen by the client, else by the server) and is in every message about it. `seq` of lists counts that subscription's
 * messages; a slow client is given a new snapshot in place of the deltas it missed. `seq` of an `instance` is the seq of its
 * last audit event in the message; `after` the seq the message follows: other than what you have = a gap, subscribe again with `since`.
 */

const ref = z
  .string()
  .min(1)
  .max(100)
  .optional()
  .describe('Names the subscription; default: the topic, for an instance `instance:<id>`');

/** Conditions on immutable facts also filter deltas; `status` filters the snapshot only, so that a client sees instances leave. */
export const instancesFilterSchema = z.strictObject({
  definition: z.array(definitionNameSchema).max(50).optional(),
  version: z.array(z.string().max(100)).max(50).optional(),
  status: z.array(instanceStatusSchema).optional(),
  key: z.string().max(200).optional(),
});
export type InstancesFilter = z.infer<typeof instancesFilterSchema>;

export const subscribeInstancesSchema = z.strictObject({
  subscribe: z.literal('instances'),
  ref,
  filter: instancesFilterSchema.optional(),
  limit: z.int().min(0).max(200).default(100).describe('Rows of the snapshot'),
});
export const subscribeInstanceSchema = z.strictObject({
  subscribe: z.literal('instance'),
  ref,
  id: z.uuid(),
  since: z.int().min(0).max(2_147_483_647).default(0).describe('Seq of the last audit event the client has'),
});
export const subscribePlainSchema = z.strictObject({
  subscribe: z.enum(['stats', 'workers', 'queues', 'chaos', 'incidents']),
  ref,
});
export const subscribeAsksSchema = z.strictObject({
  subscribe: z.literal('asks'),
  ref,
  assignee: z.string().min(1).max(200).optional().describe('Asked of this person, or claimed by them'),
});
export const subscribeSchema = z.discriminatedUnion('subscribe', [
  subscribeInstancesSchema,
  subscribeInstanceSchema,
  subscribeAsksSchema,
  subscribePlainSchema,
]);
export type Subscribe = z.output<typeof subscribeSchema>;
export type SubscribeRequest = z.input<typeof subscribeSchema>;

export const unsubscribeSchema = z.strictObject({ unsubscribe: z.string().min(1).max(100).describe('The ref') });
export const pongSchema = z.strictObject({ pong: z.literal(true) }).describe('May answer a ping; not required');
export const clientMessageSchema = z.union([subscribeSchema, unsubscribeSchema, pongSchema]).meta({ id: 'LiveClientMessage' });
export type ClientMessage = z.input<typeof clientMessageSchema>;

/** A step that a worker has begun: not yet in the audit log, so it travels beside it. */
export const runningStepSchema = z
  .object({
    path: z.string(),
    token: z.int().describe('Seq of its `stepScheduled`'),
    worker: z.string(),
    startedAt: isoTimeSchema,
  })
  .meta({ id: 'RunningStep' });
export type RunningStep = z.infer<typeof runningStepSchema>;

const head = { ref: z.string(), seq: z.int().nonnegative() };
const snapshot = { type: z.literal('snapshot'), ...head };
const delta = { type: z.literal('delta'), ...head };

const instanceStream = {
  after: z.int().nonnegative().describe('Seq of the event before the first one here'),
  events: z.array(auditEventItemSchema).describe('By seq, without a gap'),
  running: z.array(runningStepSchema).optional().describe('All steps a worker has begun, when that changed'),
  head: liveInstanceSchema.optional().describe('When it changed'),
};

export const instancesSnapshotSchema = z.object({
  ...snapshot,
  topic: z.literal('instances'),
  items: z.array(instanceSummarySchema).describe('Newest first'),
});
export const instancesDeltaSchema = z.object({
  ...delta,
  topic: z.literal('instances'),
  changed: z.array(liveInstanceSchema).describe('Latest state of each instance that changed, at most 500'),
  more: z.int().nonnegative().describe('Changes left out; ask REST when you need them'),
});
export const instanceStreamSnapshotSchema = z.object({
  ...snapshot,
  topic: z.literal('instance'),
  id: z.uuid(),
  ...instanceStream,
});
export const instanceStreamDeltaSchema = z.object({ ...delta, topic: z.literal('instance'), id: z.uuid(), ...instanceStream });
export const statsSnapshotSchema = z.object({ ...snapshot, topic: z.literal('stats'), overview: overviewSchema });
export const statsDeltaSchema = z.object({ ...delta, topic: z.literal('stats'), overview: overviewSchema });
export const workersSnapshotSchema = z.object({ ...snapshot, topic: z.literal('workers'), items: z.array(workerSchema) });
export const workersDeltaSchema = z.object({
  ...delta,
  topic: z.literal('workers'),
  changed: z.array(workerSchema),
  removed: z.array(z.string()),
});
export const queuesSnapshotSchema = z.object({ ...snapshot, topic: z.literal('queues'), items: z.array(queueSchema) });
export const queuesDeltaSchema = z.object({
  ...delta,
  topic: z.literal('queues'),
  items: z.array(queueSchema).describe('All of them'),
});

const openAsks = {
  items: z.array(askSchema).describe('All that are open, those that wait longest first, at most 200'),
  more: z.boolean().describe('There are more; ask REST when you need them'),
};
export const asksSnapshotSchema = z.object({ ...snapshot, topic: z.literal('asks'), ...openAsks });
export const asksDeltaSchema = z.object({ ...delta, topic: z.literal('asks'), ...openAsks });

/** As `GET /chaos` answers, whenever that changes, at most once a second. */
export const chaosSnapshotSchema = z.object({ ...snapshot, topic: z.literal('chaos'), chaos: chaosSchema });
export const chaosDeltaSchema = z.object({ ...delta, topic: z.literal('chaos'), chaos: chaosSchema });
export const incidentsSnapshotSchema = z.object({
  ...snapshot,
  topic: z.literal('incidents'),
  ...incidentGroupsSchema.shape,
});
export const incidentsDeltaSchema = z.object({ ...delta, topic: z.literal('incidents'), ...incidentGroupsSchema.shape });

export const welcomeSchema = z.object({ type: z.literal('welcome'), time: isoTimeSchema, pingMs: z.int() });
/** Every 15 s, with the server's clock; a client that hears nothing for longer is stale. */
export const pingSchema = z.object({ type: z.literal('ping'), time: isoTimeSchema });
export const unsubscribedSchema = z.object({ type: z.literal('unsubscribed'), ref: z.string() });
export const liveErrorSchema = z.object({ type: z.literal('error'), ref: z.string().nullable(), problem: problemSchema });

export const serverMessageSchema = z
  .union([
    welcomeSchema,
    pingSchema,
    instancesSnapshotSchema,
    instancesDeltaSchema,
    instanceStreamSnapshotSchema,
    instanceStreamDeltaSchema,
    statsSnapshotSchema,
    statsDeltaSchema,
    workersSnapshotSchema,
    workersDeltaSchema,
    queuesSnapshotSchema,
    queuesDeltaSchema,
    asksSnapshotSchema,
    asksDeltaSchema,
    chaosSnapshotSchema,
    chaosDeltaSchema,
    incidentsSnapshotSchema,
    incidentsDeltaSchema,
    unsubscribedSchema,
    liveErrorSchema,
  ])
  .meta({ id: 'LiveServerMessage' });
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type TopicMessage = Extract<ServerMessage, { topic: string }>;

/** Limits of one connection. */
export const liveLimits = {
  subscriptions: 100,
  messagesPerSecond: 20,
  messageBytes: 64 * 1024,
  pingMs: 15_000,
  listIntervalMs: 250,
} as const;
