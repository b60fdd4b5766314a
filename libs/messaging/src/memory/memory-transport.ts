import { checkSizes } from '../codec.js';
import { QueueMissingError, TransportUnavailableError } from '../errors.js';
import type { FaultListener } from '../fault.js';
import { StateSignal } from '../transport-state.js';
import type {
  Consumer,
  ConsumeOptions,
  OutgoingMessage,
  PublishOutcome,
  QueueSpec,
  Transport,
  TransportState,
} from '../transport.js';
import { MemoryBroker } from './memory-broker.js';
import { MemoryConsumer } from './memory-consumer.js';
import { MemoryPublications } from './memory-publications.js';

export interface MemoryTransportOptions {
  /** Shared with the other transports of the process; default: one of its own. */
  readonly broker?: MemoryBroker;
  /** Of a broker of its own: ready bytes a queue takes before publishers wait. Default 64 MiB. */
  readonly maxQueueBytes?: number;
  /** How long a publication waits for room, ms. Default 10,000. */
  readonly confirmTimeoutMs?: number;
  /** A delivery handler threw: a bug of ours; the message is dead-lettered. */
  readonly onFault?: FaultListener;
}

/** The port, in this process: deliveries in batches, a turn of the event loop after they were published. */
export class MemoryTransport implements Transport {
  readonly kind = 'memory';
  private readonly broker: MemoryBroker;
  private readonly publications: MemoryPublications;
  private readonly signal = new StateSignal();
  private readonly consumers = new Set<MemoryConsumer>();
  private readonly exclusive = new Map<string, QueueSpec>();
  private readonly onFault: FaultListener;
  private sessions = 0;

  constructor(options: MemoryTransportOptions = {}) {
    this.broker = options.broker ?? new MemoryBroker({ maxQueueBytes: options.maxQueueBytes });
    this.publications = new MemoryPublications(this.broker, options.confirmTimeoutMs ?? 10_000);
    this.onFault = options.onFault ?? (() => undefined);
  }

  get state(): TransportState {
    return this.signal.value;
  }

  get session(): number {
    return this.sessions;
  }

  connect(): Promise<void> {
    if (this.state === 'closed') return Promise.reject(new TransportUnavailableError('connect'));
    if (this.state !== 'connected') {
      this.sessions += 1;
      this.signal.set('connected');
    }
    return Promise.resolve();
  }

  onState(listener: (state: TransportState) => void): () => void {
    return this.signal.listen(listener);
  }

  async declareExchanges(): Promise<void> {
    this.demandConnection('declareExchanges');
    this.broker.declareExchanges();
  }

  async declareQueue(spec: QueueSpec): Promise<boolean> {
    this.demandConnection('declareQueue');
    if (spec.life === 'exclusive') this.exclusive.set(spec.name, spec);
    return this.broker.declareQueue(spec, this);
  }

  async queueDepth(name: string): Promise<{ ready: number; consumers: number } | undefined> {
    this.demandConnection('queueDepth');
    const queue = this.broker.queueOf(name, this);
    return queue === undefined ? undefined : { ready: queue.depth, consumers: queue.consumerCount };
  }

  async hasExchange(name: string): Promise<boolean> {
    this.demandConnection('hasExchange');
    return name === '' || this.broker.hasExchange(name);
  }

  async deleteQueue(name: string): Promise<void> {
    this.demandConnection('deleteQueue');
    const queue = this.broker.queueOf(name, this);
    this.exclusive.delete(name);
    if (queue !== undefined) this.broker.deleteQueue(queue);
  }

  async unbindQueue(name: string, exchange: string, routingKey: string): Promise<void> {
    this.demandConnection('unbindQueue');
    const queue = this.broker.queueOf(name, this);
    if (queue !== undefined) this.broker.unbindQueue(queue, exchange, routingKey);
  }

  isUnbound(exchange: string): boolean {
    return this.broker.isUnbound(exchange);
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    checkSizes(messages);
    if (this.state !== 'connected') return messages.map(() => 'unconfirmed');
    return this.publications.publish(messages);
  }

  async consume(queueName: string, options: ConsumeOptions): Promise<Consumer> {
    this.demandConnection('consume');
    const queue = this.broker.queueOf(queueName, this);
    if (queue === undefined) throw new QueueMissingError(queueName);
    const consumer = new MemoryConsumer(queue, options, {
      onFault: this.onFault,
      onEnd: (ended) => this.forget(ended),
    });
    this.consumers.add(consumer);
    return consumer;
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    this.signal.set('closed');
    this.publications.abandon();
    for (const consumer of [...this.consumers]) await consumer.close();
    this.broker.forget(this);
  }

  /** What a lost connection does, and then the reconnect: for tests and for chaos mode. */
  loseConnection(forMs = 0): void {
    if (this.state !== 'connected') return;
    const toRestore = [...this.consumers].filter((consumer) => consumer.isAttached && consumer.options.restore !== false);
    this.publications.abandon();
    this.signal.set('disconnected');
    for (const consumer of [...this.consumers]) consumer.lose('disconnected');
    this.consumers.clear();
    this.broker.forget(this);
    if (forMs === 0) setImmediate(() => this.reconnect(toRestore));
    else setTimeout(() => this.reconnect(toRestore), forMs);
  }

  private reconnect(consumers: readonly MemoryConsumer[]): void {
    if (this.state !== 'disconnected') return;
    for (const spec of this.exclusive.values()) this.broker.declareQueue(spec, this);
    for (const consumer of consumers) {
      const queue = this.broker.queueOf(consumer.queue, this);
      if (queue === undefined) consumer.options.onLost?.('queueGone');
      else {
        this.consumers.add(consumer);
        consumer.attach(queue);
      }
    }
    this.sessions += 1;
    this.signal.set('connected');
    for (const consumer of consumers) if (consumer.isAttached) consumer.options.onRestored?.();
  }

  /** Exclusive queues go with their last consumer. */
  private forget(consumer: MemoryConsumer): void {
    this.consumers.delete(consumer);
    const isStillUsed = [...this.consumers].some((other) => other.queue === consumer.queue);
    if (isStillUsed || !this.exclusive.delete(consumer.queue)) return;
    const queue = this.broker.queueOf(consumer.queue, this);
    if (queue !== undefined) this.broker.deleteQueue(queue);
  }

  private demandConnection(what: string): void {
    if (this.state !== 'connected') throw new TransportUnavailableError(what);
  }
}
