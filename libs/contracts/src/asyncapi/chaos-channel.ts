import * as wire from '../messages/wire.js';
import { chaosQueue } from '../names.js';
import { exampleInstanceId } from '../openapi/operation.js';
import type { Channel, ChannelMessage } from './channel.js';

const envelope = { v: 1, tenant: 'main' } as const;
const run = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

/** Of `orquestra.control`; sent only where chaos is allowed. */
export const chaosOrders: readonly ChannelMessage[] = [
  {
    id: 'ChaosOrder',
    schema: wire.chaosOrderSchema,
    summary: 'Which faults to inject, every second; `run: null`: none',
    example: {
      ...envelope,
      kind: 'chaos',
      run: {
        id: run,
        faults: { delayMessage: { rate: 0.2, ms: 800 } },
        scope: { definitions: ['order.process'] },
        seed: 42,
        mayFailInstances: false,
        elapsedMs: 1_000,
        leftMs: 59_000,
      },
      now: 1_798_794_001_000,
    },
  },
  {
    id: 'ChaosPresence',
    schema: wire.chaosPresenceSchema,
    summary: 'A service that faults can be injected in, every 2 s',
    example: { ...envelope, kind: 'chaosService', service: { id: 'worker-1', roles: ['worker'], kill: 'process' } },
  },
];

export const chaosChannel: Channel = {
  id: 'chaos',
  address: chaosQueue,
  title: 'Faults that were injected, for whichever gateway records them; only where chaos is allowed',
  exchange: { name: '', type: 'default', durable: true },
  queue: chaosQueue,
  isPublic: false,
  messages: [
    {
      id: 'InjectedFaults',
      schema: wire.chaosFaultsMessageSchema,
      summary: 'Of one service; sent until it is confirmed',
      example: {
        ...envelope,
        kind: 'chaosFaults',
        run,
        service: 'worker-1',
        items: [
          {
            ...{ no: 1, kind: 'delayMessage', at: 1_798_794_001_500, target: 'orquestra.steps.default.echo', count: 1, ms: 312 },
            steps: [{ instanceId: exampleInstanceId, path: 'charge' }],
            partitions: [],
          },
        ],
      },
    },
  ],
};
