import * as wire from '../messages/wire.js';
import { exchanges } from '../names.js';
import { exampleInstanceId } from '../openapi/operation.js';
import { chaosOrders } from './chaos-channel.js';
import type { Channel } from './channel.js';

const envelope = { v: 1, tenant: 'main' } as const;
const step = { instanceId: exampleInstanceId, path: 'charge', token: 2 };

export const controlChannel: Channel = {
  id: 'control',
  address: '',
  title: 'Announcements of workers, and what is told to all of them at once',
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
    {
      id: 'Drain',
      schema: wire.drainSchema,
      summary: 'One worker shall take nothing new, or take work again',
      example: { ...envelope, kind: 'drain', worker: 'worker-1', isOn: true },
    },
    {
      id: 'RollCall',
      schema: wire.rollCallSchema,
      summary: 'Announce yourselves',
      example: { ...envelope, kind: 'rollCall' },
    },
    ...chaosOrders,
  ],
};
