import { deadLetterQueueSpec, liveQueueSpec, partitionQueueSpec, stepQueueSpec } from '../topology.js';
import { queueArguments } from './queue-arguments.js';

describe('queueArguments', () => {
  it('asks for quorum queues that never drop by count, and leave dead letters to us', () => {
    expect(queueArguments(stepQueueSpec('default', 'mail'), 'quorum')).toEqual({
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': 1_000_000_000,
        'x-dead-letter-exchange': 'orquestra.dead-letters',
      },
    });
  });

  it('asks for classic, still durable, queues in the latency profile', () => {
    expect(queueArguments(partitionQueueSpec(1, 3), 'classic')).toEqual({
      durable: true,
      arguments: {
        'x-queue-type': 'classic',
        'x-dead-letter-exchange': 'orquestra.dead-letters',
        'x-single-active-consumer': true,
      },
    });
  });

  it('lets one partition queue have one active consumer', () => {
    expect(queueArguments(partitionQueueSpec(1, 3), 'quorum').arguments).toMatchObject({ 'x-single-active-consumer': true });
  });

  it.each(['quorum', 'classic'] as const)(
    'keeps dead letters alike with %s queues, and never dead-letters them again',
    (kind) => {
      expect(queueArguments(deadLetterQueueSpec, kind).arguments).toEqual({
        'x-queue-type': 'quorum',
        'x-delivery-limit': 1_000_000_000,
      });
    },
  );

  it('bounds live queues by dropping the oldest for good', () => {
    expect(queueArguments(liveQueueSpec('g1'), 'quorum')).toEqual({
      durable: false,
      exclusive: true,
      autoDelete: true,
      arguments: { 'x-queue-type': 'classic', 'x-max-length': 10_000, 'x-overflow': 'drop-head' },
    });
  });
});
