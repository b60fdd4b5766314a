import type {
  Consumer,
  ConsumeOptions,
  OutgoingMessage,
  PublishOutcome,
  QueueSpec,
  Transport,
  TransportState,
} from '#libs/messaging';

type Publish = (messages: readonly OutgoingMessage[]) => Promise<PublishOutcome[]>;

/** A transport whose publishing a test can disturb; everything else is the one behind it. */
export class ScriptedTransport implements Transport {
  /** Every publish call that was tried for a partition. */
  tries = 0;
  private disturbed?: Publish;

  constructor(private readonly behind: Transport) {}

  /** From now on completions come out so; `undefined` lets them through again. */
  partitionsAnswer(outcome: PublishOutcome | Publish | undefined): void {
    this.disturbed = typeof outcome === 'string' ? async (messages) => messages.map(() => outcome) : outcome;
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    if (!messages.some((message) => message.exchange === 'orquestra.partitions')) return this.behind.publish(messages);
    this.tries += 1;
    return this.disturbed === undefined ? this.behind.publish(messages) : this.disturbed(messages);
  }

  get kind(): Transport['kind'] {
    return this.behind.kind;
  }
  get state(): TransportState {
    return this.behind.state;
  }
  get session(): number {
    return this.behind.session;
  }
  connect(): Promise<void> {
    return this.behind.connect();
  }
  onState(listener: (state: TransportState) => void): () => void {
    return this.behind.onState(listener);
  }
  declareExchanges(): Promise<void> {
    return this.behind.declareExchanges();
  }
  declareQueue(spec: QueueSpec): Promise<boolean> {
    return this.behind.declareQueue(spec);
  }
  queueDepth(name: string): Promise<{ ready: number; consumers: number } | undefined> {
    return this.behind.queueDepth(name);
  }
  hasExchange(name: string): Promise<boolean> {
    return this.behind.hasExchange(name);
  }
  deleteQueue(name: string): Promise<void> {
    return this.behind.deleteQueue(name);
  }
  unbindQueue(name: string, exchange: string, routingKey: string): Promise<void> {
    return this.behind.unbindQueue(name, exchange, routingKey);
  }
  consume(queue: string, options: ConsumeOptions): Promise<Consumer> {
    return this.behind.consume(queue, options);
  }
  close(): Promise<void> {
    return this.behind.close();
  }
}
