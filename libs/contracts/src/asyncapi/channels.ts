import { deadLetterQueue, exchanges } from '../names.js';
import * as wire from '../messages/wire.js';
import { exampleInstanceId } from '../openapi/operation.js';
import type { Channel } from './channel.js';
import { chaosChannel } from './chaos-channel.js';
import { commandChannels } from './command-channels.js';
import { controlChannel } from './control-channel.js';
import { eventChannel } from './event-channel.js';
import { replyChannel } from './reply-channel.js';
import { triggerChannel } from './trigger-channel.js';
import { stepsMessage, workerChannel } from './worker-channel.js';

const id = exampleInstanceId;
const envelope = { v: 1, tenant: 'main' } as const;

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
    messages: [stepsMessage],
  },
  workerChannel,
  controlChannel,
  chaosChannel,
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
        example: { ...envelope, kind: 'ends', partition: 3, items: [id] },
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
