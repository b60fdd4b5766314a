import type { z } from 'zod';
import { commandsQueue, deadLetterQueue, exchanges } from '../names.js';
import * as wire from '../messages/wire.js';
import { exampleInstanceId } from '../openapi/operation.js';
import { actedSchema } from '../rest/actions.js';
import { problemSchema } from '../rest/common.js';
import { eventOutcomeSchema } from '../rest/events.js';
import { commandChannels, commands } from './command-channels.js';
import { startedSchema } from '../rest/instances.js';

export interface Channel {
  readonly id: string;
  /** Routing key, or the queue where messages are addressed to it by name. */
  readonly address: string;
  readonly title: string;
  readonly exchange: {
    readonly name: string;
    readonly type: 'direct' | 'topic' | 'fanout' | 'default';
    readonly durable: boolean;
  };
  readonly queue?: string;
  /** For other systems to use; the others are between our own services and may change with `v`. */
  readonly isPublic: boolean;
  readonly messages: readonly {
    readonly id: string;
    readonly schema: z.ZodType;
    readonly summary: string;
    readonly example: unknown;
  }[];
}

const id = exampleInstanceId;
const envelope = { v: 1, tenant: 'main' } as const;
const step = { instanceId: id, path: 'charge', token: 2 };

export const channels: readonly Channel[] = [
  {
    id: 'start',
    address: 'workflow.start',
    title: 'Start an instance; message_id is required and makes it idempotent for 7 days',
    exchange: commands,
    queue: commandsQueue,
    isPublic: true,
    messages: [
      {
        id: 'Start',
        schema: wire.startCommandSchema,
        summary: 'As the body of POST /api/v1/instances',
        example: { definition: 'order.process', input: { id: 'o-1' }, key: 'o-1' },
      },
    ],
  },
  ...commandChannels,
  {
    id: 'replies',
    address: '{reply_to}',
    title: 'Answers to commands, with their correlation_id',
    exchange: { name: '', type: 'default', durable: true },
    isPublic: true,
    messages: [
      {
        id: 'Started',
        schema: startedSchema,
        summary: 'type `workflow.started`',
        example: { id, status: 'pending', definition: 'order.process', version: '1.2.0' },
      },
      {
        id: 'Acted',
        schema: actedSchema,
        summary: 'type `workflow.acted`',
        example: { id, status: 'cancelling', outcome: 'applied' },
      },
      {
        id: 'EventOutcome',
        schema: eventOutcomeSchema,
        summary: 'type `workflow.event`',
        example: { id: 'pay-1', outcome: 'matched', instances: [id] },
      },
      {
        id: 'Refused',
        schema: problemSchema,
        summary: 'type `problem`: RFC 9457',
        example: {
          type: 'https://orquestrax.dev/problems/DEFINITION_NOT_FOUND',
          title: 'There is no such definition',
          status: 404,
          detail: 'expected the name of a registered definition, but there is none named "no.such"',
          code: 'DEFINITION_NOT_FOUND',
          traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
          errors: [],
        },
      },
    ],
  },
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
