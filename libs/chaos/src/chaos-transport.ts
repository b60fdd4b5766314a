import { exchanges } from '#libs/contracts';
import {
  type ConsumeOptions,
  type Consumer,
  ForwardingTransport,
  type OutgoingMessage,
  type PublishOutcome,
  type Transport,
} from '#libs/messaging';
import type { ChaosAgent } from './chaos-agent.js';
import { ChaosConsumer } from './chaos-consumer.js';
import { stepsIn, whereOf } from './what-is-hit.js';

/** A publication that got no answer is `unconfirmed` after so long, as with a real broker, ms. */
const confirmTimeoutMs = 10_000;

/** Any transport, with faults on the way. */
export class ChaosTransport extends ForwardingTransport {
  constructor(
    inner: Transport,
    private readonly agent: ChaosAgent,
  ) {
    super(inner);
    agent.transport = inner;
  }

  override publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    return this.agent.isOn ? this.publishThroughFaults(messages) : this.inner.publish(messages);
  }

  override consume(queue: string, options: ConsumeOptions): Promise<Consumer> {
    return ChaosConsumer.open(this.inner, this.agent, queue, options);
  }

  override close(): Promise<void> {
    this.agent.stop();
    return this.inner.close();
  }

  private async publishThroughFaults(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    if (!(await within(confirmTimeoutMs, this.agent.outbound.passed()))) return messages.map(() => 'unconfirmed');
    const dropped = messages.map((message) => this.drop(message));
    const sent = messages.filter((_, index) => dropped[index] === undefined);
    const twice = sent.filter((message) => this.isDoubled(message));
    const outcomes = sent.length === 0 ? [] : await this.inner.publish([...sent, ...twice]);
    if (!(await within(confirmTimeoutMs, this.agent.inbound.passed()))) return messages.map(() => 'unconfirmed');
    let next = 0;
    return dropped.map((outcome) => outcome ?? outcomes[next++]!);
  }

  /**
   * What is told once and for all (aborts, events) is not dropped: nobody would send it again. A step command may be lost by the broker although it has confirmed it: its owner finds that out by itself. Whatever else is dropped has never
   * reached the broker, so its sender knows.
   */
  private drop(message: OutgoingMessage): PublishOutcome | undefined {
    if (message.exchange === exchanges.control || message.exchange === exchanges.events) return undefined;
    if (!this.isHit('dropMessage', message)) return undefined;
    return message.exchange === exchanges.steps ? 'confirmed' : 'unconfirmed';
  }

  private isDoubled(message: OutgoingMessage): boolean {
    return this.isHit('duplicateMessage', message);
  }

  private isHit(kind: 'dropMessage' | 'duplicateMessage', message: OutgoingMessage): boolean {
    const { agent } = this;
    if (agent.hit(kind, whereOf(message, agent.needsDefinitions)) === undefined) return false;
    agent.record({ kind, target: targetOf(message), ms: null, steps: stepsIn(message.content) });
    return true;
  }
}

const targetOf = ({ exchange, routingKey }: OutgoingMessage): string =>
  [exchange, exchange === exchanges.steps || exchange === exchanges.partitions ? routingKey : ''].filter(Boolean).join(' ') ||
  routingKey;

/** @returns whether it was done in time */
async function within(ms: number, done: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, ms, false)));
  return Promise.race([done.then(() => true), late]).finally(() => clearTimeout(timer));
}
