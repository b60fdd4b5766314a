import { exchanges } from '#libs/contracts';
import {
  commandsQueueSpec,
  controlQueueSpec,
  deadLetterQueueSpec,
  exchangeSpecs,
  isOwnExchange,
  liveQueueSpec,
  partitionQueueSpec,
  stepQueueSpec,
  workerQueueSpec,
} from './topology.js';

describe('the topology', () => {
  it('declares every exchange that has a name, once', () => {
    expect(exchangeSpecs.map(({ name }) => name).sort()).toEqual(Object.values(exchanges).sort());
    expect(exchangeSpecs.every(({ name }) => isOwnExchange(name))).toBe(true);
    expect(isOwnExchange('billing.events')).toBe(false);
  });

  it('binds queues only to exchanges that it declares', () => {
    const specs = [
      partitionQueueSpec(1, 0),
      stepQueueSpec('default', 'mail'),
      commandsQueueSpec(),
      liveQueueSpec('g'),
      controlQueueSpec('w'),
      deadLetterQueueSpec,
    ];
    for (const spec of specs) for (const { exchange } of spec.bindings) expect(isOwnExchange(exchange)).toBe(true);
    expect(workerQueueSpec('w').bindings).toEqual([]);
  });

  it('names queues by what they carry; another topology means other partition queues', () => {
    expect(partitionQueueSpec(2, 7)).toMatchObject({
      name: 'orquestra.partition.2.7',
      singleActiveConsumer: true,
      bindings: [{ exchange: 'orquestra.partitions', routingKey: 'p.7' }],
    });
    expect(stepQueueSpec('fast', 'mail.send')).toMatchObject({
      name: 'orquestra.steps.fast.mail.send',
      bindings: [{ exchange: 'orquestra.steps', routingKey: 'fast.mail.send' }],
    });
  });
});
