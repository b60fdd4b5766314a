import { deadLetterQueue, exchanges } from '../names.js';
import * as wire from '../messages/wire.js';
import { exampleInstanceId } from '../openapi/operation.js';
import type { Channel } from './channel.js';
import { commandChannels } from './command-channels.js';
import { eventChannel } from './event-channel.js';
import { replyChannel } from './reply-channel.js';
import { triggerChannel } from './trigger-channel.js';

const id = exampleInstanceId;
const envelope = { v: 1, tenant: 'main' } as const;
const step = { instanceId: id, path: 'charge', token: 2 };

/** Every channel, in the order of the documentation. */
export const channels: readonly Channel[] = [
  ...commandChannels,
  replyChannel,
  eventChannel,
  triggerChannel,
  {
    id: 'partitions',
    address: 'p.{partition}',
    title: 'Completion events, claims, returned commands and hints, to the owner of a partition',
    exchange: { name: exchanges.partitions, type: 'direct', durable: true },
    isPublic: false,
    messages: [
      {
        id: 'Partition',
        schema: wire.partitionEnvelopeSchema,
        summary: 'Several items together',
        example: { ...envelope, kind: 'partition', items: [{ kind: 'hint', instanceId: id }] },
      },
    ],
  },
  {
    id: 'steps',
    address: '{queue}.{task}',
    title: 'Step commands, to the workers of a task',
    exchange: { name: exchanges.steps, type: 'direct', durable: true },
    isPublic: false,
    messages: [
      {
        id: 'Steps',
        schema: wire.stepEnvelopeSchema,
        summary: 'Several commands together',
        example: {
          ...envelope,
          kind: 'steps',
          items: [
            {
              ...step,
              partition: 3,
              attempt: 1,
              task: 'echo',
              queue: 'default',
              input: { cents: 4200 },
              idempotencyKey: `${id}/0/charge/0`,
              timeoutMs: 600_000,
              claimed: false,
              delivery: 1,
              definition: 'order.process',
              version: '1.2.0',
            },
          ],
        },
      },
    ],
  },
  {
    id: 'control',
    address: '',
    title: 'Announcements of workers, and aborts',
    exchange: { name: exchanges.control, type: 'fanout', durable: false },
    isPublic: false,
    messages: [
      {
        id: 'Abort',
        schema: wire.abortSchema,
        summary: 'Stop these attempts',
        example: { ...envelope, kind: 'abort', items: [{ ...step, reason: 'cancelled' }] },
      },
      {
        id: 'WorkerAnnouncement',
        schema: wire.workerAnnouncementSchema,
        summary: 'Every 2 s, and when something changes',
        example: {
          ...envelope,
          kind: 'worker',
          id: 'worker-1',
          session: 's-1',
          version: '0.1.0',
          host: 'host-1',
          pid: 4711,
          labels: { zone: 'a' },
          status: 'active',
          handlers: [{ queue: 'default', task: 'echo', concurrency: 100 }],
          concurrency: 100,
          running: 1,
          startedAt: 1_798_794_000_000,
          heartbeatMs: 2_000,
          finished: 12,
          meanMs: { echo: 0.4 },
          held: [{ ...step, partition: 3, startedAt: 1_798_794_001_000 }],
        },
      },
    ],
  },
  {
    id: 'live',
    address: '#',
    title: 'What changed, conflated, for gateways',
    exchange: { name: exchanges.live, type: 'topic', durable: false },
    isPublic: false,
    messages: [
      {
        id: 'LiveQueues',
        schema: wire.liveQueuesSchema,
        summary: 'Counters of the step queues of one partition',
        example: {
          ...envelope,
          kind: 'queues',
          partition: 3,
          items: [{ queue: 'default', task: 'echo', queued: 0, sent: 2, oldestAt: null }],
        },
      },
      {
        id: 'LiveEnds',
        schema: wire.liveEndsSchema,
        summary: 'Instances that have ended',
        example: { ...envelope, kind: 'ends', partition: 3, items: [step.instanceId] },
      },
      {
        id: 'LiveHeads',
        schema: wire.liveHeadsSchema,
        summary: 'Heads of instances that changed',
        example: {
          ...envelope,
          kind: 'heads',
          partition: 3,
          items: [
            {
              id,
              definition: 'order.process',
              version: '1.2.0',
              key: 'o-1',
              status: 'running',
              seq: 4,
              summary: 'Order o-1',
              startedAt: 1_798_794_000_000,
              endedAt: null,
              createdAt: 1_798_794_000_000,
              stepsDone: 1,
              stepsTotal: 3,
              currentStep: 'charge',
              errorCode: null,
            },
          ],
        },
      },
    ],
  },
  {
    id: 'deadLetters',
    address: '',
    title: 'What could not be read; header `reason` says why',
    exchange: { name: exchanges.deadLetters, type: 'fanout', durable: true },
    queue: deadLetterQueue,
    isPublic: false,
    messages: [],
  },
];
