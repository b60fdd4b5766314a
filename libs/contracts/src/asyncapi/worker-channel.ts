import * as wire from '../messages/wire.js';
import { workerQueue } from '../names.js';
import { exampleInstanceId as id } from '../openapi/operation.js';
import type { Channel, ChannelMessage } from './channel.js';

const envelope = { v: 1, tenant: 'main' } as const;

/** To whichever worker of a task takes them, and to the one they are bound to. */
export const stepsMessage: ChannelMessage = {
  id: 'Steps',
  schema: wire.stepEnvelopeSchema,
  summary: 'Several commands together',
  example: {
    ...envelope,
    kind: 'steps',
    items: [
      {
        instanceId: id,
        path: 'charge',
        token: 2,
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
};

export const workerChannel: Channel = {
  id: 'worker',
  address: workerQueue('{worker}'),
  title: 'Step commands that are bound to one worker, and answers to its claims',
  exchange: { name: '', type: 'default', durable: true },
  isPublic: false,
  messages: [
    stepsMessage,
    {
      id: 'ClaimAnswers',
      schema: wire.claimAnswersSchema,
      summary: 'Whether it may run what it has claimed',
      example: { ...envelope, kind: 'claimAnswers', items: [{ instanceId: id, token: 2, granted: true }] },
    },
  ],
};
