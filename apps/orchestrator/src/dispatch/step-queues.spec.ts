import { MemoryTransport, stepQueueSpec } from '#libs/messaging';
import type { IncarnationStore } from '#libs/persistence';
import { StepQueues } from './step-queues.js';

/** Incarnations as a counter: the store itself has its own suite. */
function countingIncarnations(): IncarnationStore {
  let incarnation = 1;
  return {
    current: (queues) => Promise.resolve(queues.map(() => incarnation)),
    bump: () => Promise.resolve((incarnation += 1)),
    bumpAll: () => Promise.resolve(),
  };
}

describe('StepQueues', () => {
  let transport: MemoryTransport;
  let queues: StepQueues;
  beforeEach(async () => {
    transport = new MemoryTransport();
    await transport.connect();
    await transport.declareExchanges();
    queues = new StepQueues(transport, countingIncarnations());
    await queues.ensure('default', 'echo');
  });
  afterEach(() => transport.close());

  it('declares a missing queue under a new incarnation', async () => {
    expect(queues.incarnation('default', 'echo')).toBe(2);
    expect(await transport.queueDepth(stepQueueSpec('default', 'echo').name)).toMatchObject({ ready: 0 });
  });

  it('declares it again when a command comes back', async () => {
    await transport.deleteQueue(stepQueueSpec('default', 'echo').name);
    queues.noteSending('default', 'echo', 'returned');
    await queues.ensure('default', 'echo');
    expect(queues.incarnation('default', 'echo')).toBe(3);
  });

  it('makes a queue anew that takes nothing twice in a row', async () => {
    queues.noteSending('default', 'echo', 'unconfirmed');
    expect(queues.incarnation('default', 'echo')).toBe(2);
    queues.noteSending('default', 'echo', 'confirmed');
    queues.noteSending('default', 'echo', 'unconfirmed');
    expect(queues.incarnation('default', 'echo')).toBe(2);
    queues.noteSending('default', 'echo', 'unconfirmed');
    expect(queues.incarnation('default', 'echo')).toBeUndefined();
    await new Promise(setImmediate); // the deletion
    await queues.ensure('default', 'echo');
    expect(queues.incarnation('default', 'echo')).toBe(3);
  });
});
