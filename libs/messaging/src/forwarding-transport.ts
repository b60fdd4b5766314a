import type {
  Consumer,
  ConsumeOptions,
  OutgoingMessage,
  PublishOutcome,
  QueueSpec,
  Transport,
  TransportState,
} from './transport.js';

/** A transport that does everything as the one behind it: what stands in between overrides what it changes. */
export class ForwardingTransport implements Transport {
  constructor(protected readonly inner: Transport) {}

  get kind(): string {
    return this.inner.kind;
  }
  get state(): TransportState {
    return this.inner.state;
  }
  get session(): number {
    return this.inner.session;
  }

  connect(): Promise<void> {
    return this.inner.connect();
  }
  onState(listener: (state: TransportState) => void): () => void {
    return this.inner.onState(listener);
  }
  declareExchanges(): Promise<void> {
    return this.inner.declareExchanges();
  }
  declareQueue(spec: QueueSpec): Promise<boolean> {
    return this.inner.declareQueue(spec);
  }
  queueDepth(name: string): Promise<{ ready: number; consumers: number } | undefined> {
    return this.inner.queueDepth(name);
  }
  deleteQueue(name: string): Promise<void> {
    return this.inner.deleteQueue(name);
  }
  unbindQueue(name: string, exchange: string, routingKey: string): Promise<void> {
    return this.inner.unbindQueue(name, exchange, routingKey);
  }
  hasExchange(name: string): Promise<boolean> {
    return this.inner.hasExchange(name);
  }
  publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    return this.inner.publish(messages);
  }
  consume(queue: string, options: ConsumeOptions): Promise<Consumer> {
    return this.inner.consume(queue, options);
  }
  close(): Promise<void> {
    return this.inner.close();
  }
}
