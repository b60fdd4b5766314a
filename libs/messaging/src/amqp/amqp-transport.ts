import { setTimeout as pause } from 'node:timers/promises';
import { checkSizes } from '../codec.js';
import { QueueLockedError, QueueMissingError, TransportUnavailableError } from '../errors.js';
import { isOwnExchange } from '../topology.js';
import { StateSignal } from '../transport-state.js';
import type {
  Consumer,
  ConsumeOptions,
  Delivery,
  OutgoingMessage,
  PublishOutcome,
  QueueSpec,
  Transport,
  TransportState,
} from '../transport.js';
import { codeOf, translated } from './administration.js';
import { AmqpConsumer } from './amqp-consumer.js';
import { amqpSettings, type AmqpSettings, type AmqpTransportOptions } from './amqp-options.js';
import { reconnectDelayMs } from './backoff.js';
import { deadLetterOf } from '../dead-letter-of.js';
import { Session } from './session.js';

/** A session that lived this long was a good one: the next reconnect starts without a long wait. */
const goodSessionMs = 10_000;

/**
 * So often bindings are made again (whoever makes a deleted exchange again first knows only its own, and nobody is told that others are gone), and
 * consumers that got nothing are looked at.
 */
const careMs = 5_000;

/** Exchanges of others are theirs to care for, and a refusal there is their right. */
const bindingsToKeep = ({ bindings, isBoundElsewhere }: QueueSpec): QueueSpec['bindings'] =>
  isBoundElsewhere === true ? [] : bindings.filter(({ exchange }) => isOwnExchange(exchange));

/** The port on RabbitMQ 3.10 to 4.x. */
export class AmqpTransport implements Transport {
  readonly kind = 'amqp';
  private readonly settings: AmqpSettings;
  private readonly signal = new StateSignal();
  private readonly consumers = new Set<AmqpConsumer>();
  private readonly declared = new Map<string, QueueSpec>();
  private readonly closing = new AbortController();
  private wantsExchanges = false;
  private current: Session | undefined;
  private sessions = 0;
  private failures = 0;
  /** The next reconnect waits so long first, ms. */
  private awayMs = 0;
  private connecting: Promise<void> | undefined;

  constructor(options: AmqpTransportOptions) {
    this.settings = amqpSettings(options);
  }

  get state(): TransportState {
    return this.signal.value;
  }

  get session(): number {
    return this.sessions;
  }

  onState(listener: (state: TransportState) => void): () => void {
    return this.signal.listen(listener);
  }

  connect(): Promise<void> {
    if (this.state === 'closed') return Promise.reject(new TransportUnavailableError('connect'));
    if (this.connecting === undefined) {
      this.signal.set('connecting');
      this.connecting = this.openSession();
    }
    return this.connecting;
  }

  async declareExchanges(): Promise<void> {
    this.wantsExchanges = true;
    await this.demandSession('declareExchanges').administration.declareExchanges();
  }

  async declareQueue(spec: QueueSpec): Promise<boolean> {
    const isNew = await this.demandSession('declareQueue').administration.declareQueue(spec);
    this.declared.set(spec.name, spec);
    return isNew;
  }

  async queueDepth(name: string): Promise<{ ready: number; consumers: number } | undefined> {
    return this.demandSession('queueDepth').administration.queueDepth(name);
  }

  async hasExchange(name: string): Promise<boolean> {
    const { administration } = this.demandSession('hasExchange');
    return name === '' || administration.hasExchange(name); // the default exchange is always there, and may not be asked for
  }

  async deleteQueue(name: string): Promise<void> {
    this.declared.delete(name);
    await this.demandSession('deleteQueue').administration.deleteQueue(name);
  }

  async unbindQueue(name: string, exchange: string, routingKey: string): Promise<void> {
    this.disown(name, exchange, routingKey);
    await this.demandSession('unbindQueue').administration.unbindQueue(name, exchange, routingKey);
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    checkSizes(messages);
    if (this.current === undefined || this.state === 'closed') return messages.map(() => 'unconfirmed');
    return this.current.publish(messages);
  }

  async consume(queue: string, options: ConsumeOptions): Promise<Consumer> {
    const session = this.demandSession('consume');
    const consumer = new AmqpConsumer(queue, options, {
      onFault: this.settings.onFault,
      bury: (delivery) => this.bury(delivery),
      onChannelClosed: (closed) => void this.restoreLater(closed),
      onEnd: (ended) => this.forget(ended),
    });
    try {
      await consumer.start(() => session.openChannel());
    } catch (error) {
      throw codeOf(error) === 404 ? new QueueMissingError(queue) : translated(error, `consuming ${queue}`, queue);
    }
    this.consumers.add(consumer);
    return consumer;
  }

  loseConnection(forMs: number): void {
    this.awayMs = forMs;
    this.current?.end(new Error(`the connection was given up for ${forMs} ms`));
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    const session = this.current;
    this.signal.set('closed');
    this.closing.abort();
    for (const consumer of [...this.consumers]) await consumer.close();
    await session?.close();
    this.current = undefined;
  }

  private async bury(delivery: Delivery): Promise<boolean> {
    const [outcome] = await this.publish([deadLetterOf(delivery)]).catch(() => []);
    return outcome === 'confirmed';
  }

  /** Until it succeeds or the transport closes. */
  private async openSession(): Promise<void> {
    while (this.state !== 'closed') {
      try {
        return await this.tryOpenSession();
      } catch (error) {
        if (this.closing.signal.aborted) break;
        this.failures += 1;
        this.settings.onFault(error, 'connect', 'warn');
        await this.backOff(this.failures);
      }
    }
    throw new TransportUnavailableError('connect');
  }

  private async tryOpenSession(): Promise<void> {
    const openedAt = performance.now();
    const session = await Session.open(this.settings, {
      onEnd: (ended, reason) => this.sessionEnded(ended, reason, performance.now() - openedAt),
      onBlocked: (blocked, isBlocked) => {
        if (blocked === this.current) this.signal.set(isBlocked ? 'blocked' : 'connected');
      },
      onRefused: (refused, error) => this.mendExchanges(refused, error),
    });
    try {
      await this.furnish(session);
      if (this.state === 'closed') throw new TransportUnavailableError('connect');
    } catch (error) {
      await session.close();
      throw error;
    }
    this.current = session;
    this.sessions += 1;
    this.signal.set('connected');
    void this.care(session);
    await this.restoreConsumers(session);
  }

  private async care(session: Session): Promise<void> {
    const { signal } = this.closing;
    const isItsTime = (): boolean => session === this.current && !signal.aborted;
    while (isItsTime()) {
      await pause(careMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (isItsTime() && this.state === 'connected') await this.bindAgain(session);
      if (isItsTime()) await this.lookAtConsumers(session);
    }
  }

  private async lookAtConsumers(session: Session): Promise<void> {
    for (const consumer of this.consumers) {
      if (session !== this.current) return;
      const isAlone = this.declared.get(consumer.queue)?.singleActiveConsumer === true;
      const look = (): Promise<void> => consumer.look((queue) => session.careLine.queueDepth(queue), isAlone);
      await this.tryAgain(`looking at the consumer of ${consumer.queue}`, look);
    }
  }

  /** Exchanges and exclusive queues; shared queues are not ours to bring back: a missing one must be noticed. */
  private async furnish(session: Session): Promise<void> {
    if (this.wantsExchanges) await session.administration.declareExchanges();
    for (const spec of this.declared.values()) if (spec.life === 'exclusive') await this.declareAgain(spec, session);
  }

  /** The broker may not have noticed yet that our last connection is dead; the queue's consumer tries again until it has. */
  private async declareAgain(spec: QueueSpec, session: Session): Promise<void> {
    try {
      await session.administration.declareQueue(spec);
    } catch (error) {
      if (!(error instanceof QueueLockedError)) throw error;
      this.settings.onFault(error, `declaring ${spec.name} again`, 'warn');
    }
  }

  private async restoreConsumers(session: Session): Promise<void> {
    // side by side: a queue whose leader is away would keep all others waiting
    const each = async (consumer: AmqpConsumer): Promise<void> => {
      if (!(await this.restore(consumer, session))) void this.restoreLater(consumer);
    };
    await Promise.all([...this.consumers].map(each));
  }

  /** @returns false when it should be tried again */
  private async restore(consumer: AmqpConsumer, session: Session): Promise<boolean> {
    if (!consumer.isToBeRestored || session !== this.current) return true;
    try {
      const spec = this.declared.get(consumer.queue);
      if (spec?.life === 'exclusive') await session.administration.declareQueue(spec);
      await consumer.start(() => session.openChannel());
    } catch (error) {
      if (session !== this.current) return true;
      this.settings.onFault(error, `restoring the consumer of ${consumer.queue}`, 'warn');
      if (codeOf(error) !== 404) return false;
      consumer.lose('queueGone');
      return true;
    }
    if (consumer.isToBeRestored) consumer.options.onRestored?.();
    return true;
  }

  private async restoreLater(consumer: AmqpConsumer): Promise<void> {
    const session = this.current;
    for (let attempt = 1; session !== undefined && session === this.current; attempt += 1) {
      await this.backOff(attempt);
      if (session !== this.current || this.closing.signal.aborted || (await this.restore(consumer, session))) return;
    }
  }

  private sessionEnded(session: Session, reason: Error | undefined, livedMs: number): void {
    if (session !== this.current || this.state === 'closed') return;
    this.current = undefined;
    this.failures = livedMs >= goodSessionMs ? 0 : this.failures + 1;
    this.settings.onFault(reason ?? new Error('connection closed'), 'connection', 'warn');
    this.signal.set('disconnected');
    for (const consumer of [...this.consumers]) consumer.lose('disconnected');
    void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    await pause(this.awayMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
    this.awayMs = 0;
    await this.backOff(Math.max(1, this.failures));
    await this.openSession().catch(() => undefined);
  }

  private async backOff(attempt: number): Promise<void> {
    const { signal } = this.closing;
    await pause(reconnectDelayMs(attempt, Math.random()), undefined, { signal }).catch(() => undefined);
  }

  /** An exchange of ours was deleted under us: make it again, with the bindings of what was declared here. */
  private async mendExchanges(session: Session, error: unknown): Promise<void> {
    this.settings.onFault(error, 'publish', 'warn');
    if (codeOf(error) === 404 && session === this.current) await this.bindAgain(session);
  }

  private async bindAgain(session: Session): Promise<void> {
    if (!this.wantsExchanges) return;
    const { administration, careLine } = session;
    await this.tryAgain('declaring the exchanges again', () => careLine.declareExchanges());
    // the map itself, no copy: what is unbound or deleted meanwhile must not come back
    for (const spec of this.declared.values()) {
      if (session !== this.current) return;
      const own = bindingsToKeep(spec);
      if (own.length > 0)
        await this.tryAgain(`binding ${spec.name} again`, () => administration.bind({ ...spec, bindings: own }));
    }
  }

  /** One refusal must not keep the other queues from their bindings. */
  private async tryAgain(what: string, work: () => Promise<void>): Promise<void> {
    await work().catch((failure: unknown) => this.settings.onFault(failure, what, 'warn'));
  }

  /** A binding that was taken away on purpose is not made again. */
  private disown(name: string, exchange: string, routingKey: string): void {
    const spec = this.declared.get(name);
    if (spec === undefined) return;
    const bindings = spec.bindings.filter((binding) => binding.exchange !== exchange || binding.routingKey !== routingKey);
    this.declared.set(name, { ...spec, bindings });
  }

  private forget(consumer: AmqpConsumer): void {
    this.consumers.delete(consumer);
    const isStillUsed = [...this.consumers].some((other) => other.queue === consumer.queue);
    // an exclusive queue goes with its last consumer
    if (!isStillUsed && this.declared.get(consumer.queue)?.life === 'exclusive') this.declared.delete(consumer.queue);
  }

  private demandSession(what: string): Session {
    if (this.current === undefined || this.state === 'closed') throw new TransportUnavailableError(what);
    return this.current;
  }
}
