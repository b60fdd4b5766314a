import {
  commandsQueue,
  deadLetterQueue,
  exchanges,
  partitionKey,
  partitionQueue,
  stepKey,
  stepQueue,
  triggerQueue,
  workerQueue,
} from '#libs/contracts';
import type { QueueSpec } from './transport.js';

export type ExchangeKind = 'direct' | 'topic' | 'fanout';

export interface ExchangeSpec {
  readonly name: string;
  readonly kind: ExchangeKind;
  /** Transient exchanges carry what is worthless after a restart; every connection declares them anew. */
  readonly durable: boolean;
}

/** All exchanges of ARCHITECTURE §5. */
export const exchangeSpecs: readonly ExchangeSpec[] = [
  { name: exchanges.partitions, kind: 'direct', durable: true },
  { name: exchanges.steps, kind: 'direct', durable: true },
  { name: exchanges.commands, kind: 'topic', durable: true },
  { name: exchanges.events, kind: 'topic', durable: true },
  { name: exchanges.live, kind: 'topic', durable: false },
  { name: exchanges.control, kind: 'fanout', durable: false },
  { name: exchanges.deadLetters, kind: 'fanout', durable: true },
];

const ownExchanges: ReadonlySet<string> = new Set(['', ...exchangeSpecs.map((spec) => spec.name)]);

/** Ours, or the default exchange; a message to any other may be refused by the broker and must not disturb these. */
export const isOwnExchange = (name: string): boolean => ownExchanges.has(name);

/** Takes everything rejected without requeue. */
export const deadLetterQueueSpec: QueueSpec = {
  name: deadLetterQueue,
  life: 'shared',
  bindings: [{ exchange: exchanges.deadLetters, routingKey: '' }],
};

/** Completion events, claims and hints of one partition. */
export function partitionQueueSpec(topology: number, partition: number): QueueSpec {
  return {
    name: partitionQueue(topology, partition),
    life: 'shared',
    singleActiveConsumer: true,
    bindings: [{ exchange: exchanges.partitions, routingKey: partitionKey(partition) }],
  };
}

/** Step commands of one task in one queue; competing consumers. */
export function stepQueueSpec(queue: string, task: string): QueueSpec {
  return {
    name: stepQueue(queue, task),
    life: 'shared',
    bindings: [{ exchange: exchanges.steps, routingKey: stepKey(queue, task) }],
  };
}

/** A worker's own queue: bound commands and answers to its claims. Addressed by its name on the default exchange. */
export function workerQueueSpec(workerId: string): QueueSpec {
  return { name: workerQueue(workerId), life: 'exclusive', bindings: [] };
}

/** Commands of other systems, whatever their routing key: a CloudEvent may name its command by its type, and nothing is dropped unseen. */
export function commandsQueueSpec(): QueueSpec {
  return { name: commandsQueue, life: 'shared', bindings: [{ exchange: exchanges.commands, routingKey: '#' }] };
}

/** What an exchange of others sends to a message trigger; competing gateways, any of which follows a change of the trigger first. */
export function triggerQueueSpec(trigger: string, { exchange, routingKey }: QueueSpec['bindings'][number]): QueueSpec {
  return { name: triggerQueue(trigger), life: 'shared', bindings: [{ exchange, routingKey }], isBoundElsewhere: true };
}

/** Deltas for one gateway; the oldest are dropped, a console that sees a gap asks again. */
export function liveQueueSpec(gatewayId: string): QueueSpec {
  return {
    name: `${exchanges.live}.${gatewayId}`,
    life: 'exclusive',
    maxLength: 10_000,
    bindings: [
      { exchange: exchanges.live, routingKey: 'ends' },
      { exchange: exchanges.live, routingKey: 'queues' },
    ],
  };
}

/** Heads that changed, for one gateway while somebody looks at it. */
export function liveHeadsQueueSpec(id: string): QueueSpec {
  return { ...liveQueueSpec(`${id}.heads`), bindings: [{ exchange: exchanges.live, routingKey: 'heads.#' }] };
}

/** Announcements and aborts for one process. */
export function controlQueueSpec(id: string): QueueSpec {
  return {
    name: `${exchanges.control}.${id}`,
    life: 'exclusive',
    maxLength: 10_000,
    bindings: [{ exchange: exchanges.control, routingKey: '' }],
  };
}
