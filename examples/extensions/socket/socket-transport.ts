import { connect, type Socket } from 'node:net';
import {
  checkSizes,
  type Consumer,
  type ConsumeOptions,
  type FaultListener,
  type OutgoingMessage,
  type PublishOutcome,
  QueueLockedError,
  QueueMissingError,
  type QueueSpec,
  type Transport,
  type TransportState,
  TransportUnavailableError,
} from '#libs/messaging';
import { type Frame, readFrames, writeFrame } from './frames.js';
import { type DeliveryFacts, SocketConsumer } from './socket-consumer.js';

export interface SocketTransportOptions {
  readonly host: string;
  readonly port: number;
  readonly confirmTimeoutMs?: number;
  readonly onFault?: FaultListener;
}

interface Request {
  readonly settle: (value: unknown) => void;
  readonly fail: (error: Error) => void;
}

const longestRetryMs = 2_000;

/** The port over a TCP connection to the hub. */
export class SocketTransport implements Transport {
  readonly kind = 'socket';
  private current: TransportState = 'disconnected';
  private readonly listeners = new Set<(state: TransportState) => void>();
  private readonly requests = new Map<number, Request>();
  private readonly publishing = new Set<Promise<unknown>>();
  private readonly consumers = new Map<number, SocketConsumer>();
  private readonly exclusive = new Map<string, QueueSpec>();
  private socket?: Socket;
  private retry?: NodeJS.Timeout;
  private count = 0;
  private sessions = 0;

  constructor(private readonly options: SocketTransportOptions) {}

  get state(): TransportState {
    return this.current;
  }

  get session(): number {
    return this.sessions;
  }

  connect(): Promise<void> {
    if (this.state === 'closed') return Promise.reject(new TransportUnavailableError('connect'));
    if (this.state === 'disconnected') this.dial(100);
    if (this.state === 'connected') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = this.onState((state) => {
        if (state === 'connected') resolve();
        else if (state === 'closed') reject(new TransportUnavailableError('connect'));
        else return;
        stop();
      });
    });
  }

  onState(listener: (state: TransportState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The hub has declared them when it began. */
  async declareExchanges(): Promise<void> {
    this.demandConnection('declareExchanges');
  }

  async declareQueue(spec: QueueSpec): Promise<boolean> {
    const isNew = await this.request<boolean>('declareQueue', [spec]);
    if (spec.life === 'exclusive') this.exclusive.set(spec.name, spec);
    return isNew;
  }

  async queueDepth(name: string): Promise<{ ready: number; consumers: number } | undefined> {
    return (await this.request<{ ready: number; consumers: number } | null>('queueDepth', [name])) ?? undefined;
  }

  async deleteQueue(name: string): Promise<void> {
    this.exclusive.delete(name);
    await this.request('deleteQueue', [name]);
  }

  async unbindQueue(name: string, exchange: string, routingKey: string): Promise<void> {
    await this.request('unbindQueue', [name, exchange, routingKey]);
  }

  hasExchange(name: string): Promise<boolean> {
    return this.request('hasExchange', [name]);
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    checkSizes(messages);
    const unknown = (): PublishOutcome[] => messages.map(() => 'unconfirmed');
    if (this.state !== 'connected') return unknown();
    const heads = messages.map(({ content, ...message }) => ({ ...message, bytes: content.length }));
    const confirmed = this.request<PublishOutcome[]>(
      'publish',
      [heads],
      messages.map(({ content }) => content),
    );
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<PublishOutcome[]>((resolve) => {
      timer = setTimeout(() => resolve(unknown()), this.options.confirmTimeoutMs ?? 10_000);
    });
    const outcome = Promise.race([confirmed.catch(unknown), tooLate]).finally(() => {
      clearTimeout(timer);
      this.publishing.delete(outcome);
    });
    this.publishing.add(outcome);
    return outcome;
  }

  async consume(queue: string, options: ConsumeOptions): Promise<Consumer> {
    this.demandConnection('consume');
    const number = (this.count += 1);
    const consumer = new SocketConsumer(queue, options, {
      // restored before anybody else may go on
      request: (what, ...args) =>
        what === 'consume' ? this.ask(what, [number, ...args]) : this.request(what, [number, ...args]),
      settle: (delivery, as) => this.send({ do: 'settle', delivery, as }),
      onFault: this.options.onFault ?? (() => undefined),
      onClosed: () => this.forget(number),
    });
    this.consumers.set(number, consumer); // before the answer: deliveries may come with it
    try {
      await consumer.attach();
    } catch (error) {
      this.consumers.delete(number);
      throw error;
    }
    return consumer;
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    await Promise.allSettled(this.publishing);
    this.set('closed');
    clearTimeout(this.retry);
    const { socket } = this;
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => socket.once('close', () => resolve()).end());
  }

  private dial(nextRetryMs: number): void {
    this.set('connecting');
    const socket = connect({ host: this.options.host, port: this.options.port, noDelay: true, keepAlive: true });
    this.socket = socket;
    socket.on('error', (error) => this.options.onFault?.(error, 'connection to the hub', 'warn'));
    socket.once('connect', () => void this.welcome());
    socket.once('close', () => this.lose(nextRetryMs));
    readFrames(socket, (frame) => this.take(frame));
  }

  /** What belonged to the connection before comes back, then everybody may go on. */
  private async welcome(): Promise<void> {
    try {
      for (const spec of this.exclusive.values()) await this.ask('declareQueue', [spec]);
      for (const consumer of this.consumers.values()) await consumer.restore();
    } catch {
      return void this.socket?.destroy(); // lost again meanwhile; the next one tries anew
    }
    this.sessions += 1;
    this.set('connected');
  }

  private lose(retryMs: number): void {
    if (this.state === 'closed') return;
    const wasConnected = this.state === 'connected';
    this.set('disconnected');
    for (const { fail } of this.requests.values()) fail(new TransportUnavailableError('the hub'));
    this.requests.clear();
    for (const [number, consumer] of [...this.consumers]) if (!consumer.lose()) this.consumers.delete(number);
    const waitMs = wasConnected ? 20 : retryMs;
    this.retry = setTimeout(() => this.dial(Math.min(waitMs * 2, longestRetryMs)), waitMs * (0.5 + Math.random() / 2));
  }

  private take({ head, bytes }: Frame): void {
    if (head['answers'] !== undefined) return this.answer(head);
    const consumer = this.consumers.get((head['consumer'] ?? head['lost']) as number);
    if (head['lost'] === undefined) return consumer?.take(head['delivery'] as number, head['facts'] as DeliveryFacts, bytes);
    this.consumers.delete(head['lost'] as number);
    consumer?.end('queueGone');
  }

  private answer(head: Frame['head']): void {
    const request = this.requests.get(head['answers'] as number);
    this.requests.delete(head['answers'] as number);
    if (head['error'] === undefined) request?.settle(head['value']);
    else request?.fail(errorOf(head['error'] as { code?: string; message: string }));
  }

  private request<T>(what: string, args: readonly unknown[], bytes?: readonly Buffer[]): Promise<T> {
    if (this.state !== 'connected') return Promise.reject(new TransportUnavailableError(what));
    return this.ask(what, args, bytes);
  }

  private ask<T>(what: string, args: readonly unknown[], bytes?: readonly Buffer[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = (this.count += 1);
      this.requests.set(id, { settle: (value) => resolve(value as T), fail: reject });
      this.send({ id, do: what, with: args }, bytes);
    });
  }

  private send(head: object, bytes?: readonly Buffer[]): void {
    if (this.socket !== undefined && !this.socket.destroyed) writeFrame(this.socket, head, bytes);
  }

  /** Exclusive queues go with their last consumer. */
  private forget(number: number): void {
    const queue = this.consumers.get(number)?.queue ?? '';
    this.consumers.delete(number);
    if (![...this.consumers.values()].some((other) => other.queue === queue)) this.exclusive.delete(queue);
  }

  private demandConnection(what: string): void {
    if (this.state !== 'connected') throw new TransportUnavailableError(what);
  }

  private set(state: TransportState): void {
    if (state === this.current || this.current === 'closed') return;
    this.current = state;
    for (const listener of [...this.listeners]) listener(state);
  }
}

function errorOf({ code, message }: { code?: string; message: string }): Error {
  const queue = /queue (\S+)/.exec(message)?.[1] ?? '';
  if (code === 'QUEUE_MISSING') return new QueueMissingError(queue);
  return code === 'QUEUE_LOCKED' ? new QueueLockedError(queue) : new Error(message);
}
