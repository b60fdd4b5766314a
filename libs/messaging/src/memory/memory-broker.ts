import { exchanges } from '#libs/contracts';
import { QueueLockedError } from '../errors.js';
import { deadLetterQueueSpec, exchangeSpecs, type ExchangeSpec } from '../topology.js';
import type { OutgoingMessage, QueueSpec } from '../transport.js';
import { MemoryQueue, type QueueHost } from './memory-queue.js';
import { MemoryExchange } from './memory-exchange.js';

export interface MemoryBrokerOptions {
  /** Ready bytes a queue takes before publishers wait. Default 64 MiB. */
  readonly maxQueueBytes?: number | undefined;
}

const nowhere: readonly MemoryQueue[] = [];

/** Exchanges and queues of one process; any number of transports may share it. It starts empty and keeps nothing. */
export class MemoryBroker implements QueueHost {
  private readonly exchanges = new Map<string, MemoryExchange>();
  private readonly queues = new Map<string, MemoryQueue>();
  private readonly awake = new Set<MemoryQueue>();
  private readonly maxQueueBytes: number;
  private isDelivering = false;

  constructor(options: MemoryBrokerOptions = {}) {
    this.maxQueueBytes = options.maxQueueBytes ?? 64 * 1024 * 1024;
  }

  declareExchanges(): void {
    for (const spec of exchangeSpecs) this.declareExchange(spec);
    this.declareQueue(deadLetterQueueSpec, this);
  }

  declareExchange(spec: ExchangeSpec): void {
    if (!this.exchanges.has(spec.name)) this.exchanges.set(spec.name, new MemoryExchange(spec.kind));
  }

  hasExchange(name: string): boolean {
    return this.exchanges.has(name);
  }

  isUnbound(exchange: string): boolean {
    return this.exchanges.get(exchange)?.isBound === false;
  }

  /** @returns whether it is new */
  declareQueue(spec: QueueSpec, connection: object): boolean {
    const known = this.queueOf(spec.name, connection);
    const queue = known ?? this.makeQueue(spec, connection);
    for (const { exchange, routingKey } of spec.bindings) this.exchanges.get(exchange)?.bind(queue, routingKey);
    return known === undefined;
  }

  /** @throws QueueLockedError when it is exclusive to another connection */
  queueOf(name: string, connection: object): MemoryQueue | undefined {
    const queue = this.queues.get(name);
    if (queue?.owner !== undefined && queue.owner !== connection) throw new QueueLockedError(name);
    return queue;
  }

  /** Where a message goes; undefined when there is no such exchange. */
  route(message: OutgoingMessage): readonly MemoryQueue[] | undefined {
    if (message.exchange !== '') return this.exchanges.get(message.exchange)?.route(message.routingKey);
    const queue = this.queues.get(message.routingKey);
    return queue === undefined ? nowhere : [queue];
  }

  deleteQueue(queue: MemoryQueue): void {
    if (this.queues.get(queue.spec.name) !== queue) return;
    this.queues.delete(queue.spec.name);
    for (const exchange of this.exchanges.values()) exchange.unbind(queue);
    queue.end();
  }

  unbindQueue(queue: MemoryQueue, exchange: string, routingKey: string): void {
    this.exchanges.get(exchange)?.unbind(queue, routingKey);
  }

  /** Takes the exclusive queues of a connection away, as a broker does when the connection ends. */
  forget(connection: object): void {
    for (const queue of [...this.queues.values()]) if (queue.owner === connection) this.deleteQueue(queue);
  }

  wake(queue: MemoryQueue): void {
    this.awake.add(queue);
    if (this.isDelivering) return;
    this.isDelivering = true;
    setImmediate(() => this.deliver());
  }

  deadLetter(queue: MemoryQueue, message: OutgoingMessage, reason: 'rejected'): void {
    const headers = {
      ...message.headers,
      'x-first-death-reason': reason,
      'x-first-death-queue': queue.spec.name,
      'x-first-death-exchange': message.exchange,
    };
    const dead = { ...message, exchange: exchanges.deadLetters, headers };
    for (const target of this.route(dead) ?? nowhere) target.push(dead);
  }

  private makeQueue(spec: QueueSpec, connection: object): MemoryQueue {
    const owner = spec.life === 'exclusive' ? connection : undefined;
    const queue = new MemoryQueue(spec, this, this.maxQueueBytes, owner);
    this.queues.set(spec.name, queue);
    return queue;
  }

  private deliver(): void {
    const turn = [...this.awake];
    this.awake.clear();
    this.isDelivering = false;
    for (const queue of turn) queue.deliver();
  }
}
