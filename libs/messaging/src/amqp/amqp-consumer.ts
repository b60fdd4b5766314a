import type { Channel, ConsumeMessage } from 'amqplib';
import { QueueStuckError } from '../errors.js';
import type { FaultListener } from '../fault.js';
import type { Consumer, ConsumeOptions, Delivery } from '../transport.js';
import { Acknowledgements } from './acknowledgements.js';
import { AmqpDelivery } from './amqp-delivery.js';
import { closeChannel } from './close-channel.js';
import { answerMs, NoAnswerError, within } from './within.js';

export interface AmqpConsumerHooks {
  readonly onFault: FaultListener;
  /** Publishes a delivery as a dead letter. @returns whether the broker has that */
  readonly bury: (delivery: Delivery) => Promise<boolean>;
  /** Its channel alone was closed by the broker (an acknowledgement time-out, say). */
  readonly onChannelClosed: (consumer: AmqpConsumer) => void;
  /** Closed, or lost for good: forget it. */
  readonly onEnd: (consumer: AmqpConsumer) => void;
}

/** One life of a consumer: a channel of its own, so that whatever happens to it disturbs nobody else. */
interface Life {
  readonly channel: Channel;
  readonly acknowledgements: Acknowledgements;
  consumerTag: string;
  /** Delivery tag of what came last. */
  lastTag: number;
  /** Of the last look: what had come by then, and whether it seemed to be forgotten. */
  seenTag: number;
  isSuspect: boolean;
}

type Depth = { readonly ready: number; readonly consumers: number } | undefined;

export class AmqpConsumer implements Consumer {
  private life: Life | undefined;
  private prefetch: number;
  private isCancelled = false;
  private isClosed = false;

  constructor(
    readonly queue: string,
    readonly options: ConsumeOptions,
    private readonly hooks: AmqpConsumerHooks,
  ) {
    this.prefetch = options.prefetch;
  }

  /** Whether it is to be brought back after a loss. */
  get isToBeRestored(): boolean {
    return !this.isCancelled && !this.isClosed && this.options.restore !== false;
  }

  /** Begins to consume on a channel of its own, at first and after each loss. */
  async start(openChannel: () => Promise<Channel>): Promise<void> {
    const channel = await openChannel();
    const frames = {
      ack: (tag: number, upTo: boolean): void => channel.ack(withTag(tag), upTo),
      requeue: (tag: number): void => channel.reject(withTag(tag), true),
    };
    const acknowledgements = new Acknowledgements(frames, manyOf(this.prefetch));
    const life: Life = { channel, acknowledgements, consumerTag: '', lastTag: 0, seenTag: 0, isSuspect: false };
    let closeError: unknown;
    channel.on('error', (error: unknown) => (closeError = error));
    channel.prependListener('close', () => this.channelClosed(life, closeError));
    this.life = life;
    try {
      await within(channel.prefetch(this.prefetch, false), answerMs, 'setting the prefetch');
      life.consumerTag = await this.subscribe(life);
    } catch (error) {
      if (this.life === life) this.life = undefined;
      acknowledgements.end();
      // not awaited: a queue without a leader answers neither
      void closeChannel(channel);
      throw error;
    }
    if (this.isClosed) await this.endLife(life);
  }

  async cancel(): Promise<void> {
    if (this.isCancelled) return;
    this.isCancelled = true;
    const { life } = this;
    if (life === undefined) return;
    await within(life.channel.cancel(life.consumerTag), answerMs, `cancelling ${this.queue}`).catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    await this.cancel();
    this.isClosed = true;
    if (this.life !== undefined) await this.endLife(this.life);
    this.hooks.onEnd(this);
  }

  /** Per-consumer prefetch is fixed at subscription: a second subscription takes over on the same channel, tags stay valid. */
  async setPrefetch(prefetch: number): Promise<void> {
    const { life } = this;
    if (prefetch === this.prefetch) return;
    this.prefetch = prefetch;
    if (life === undefined || this.isCancelled) return;
    life.acknowledgements.many = manyOf(prefetch);
    await life.channel.prefetch(prefetch, false);
    const before = life.consumerTag;
    life.consumerTag = await this.subscribe(life);
    await life.channel.cancel(before);
  }

  /** The connection is gone, or its queue is: what it holds can no longer be settled. */
  lose(why: 'queueGone' | 'disconnected' | 'channelClosed'): void {
    this.life?.acknowledgements.end();
    this.life = undefined;
    if (why === 'queueGone' || !this.isToBeRestored) this.hooks.onEnd(this);
    if (!this.isCancelled && !this.isClosed) this.options.onLost?.(why);
  }

  /**
   * Looks whether the broker still knows it, unless something has come since the last look. RabbitMQ forgets without a word the consumers of a
   * quorum queue that is deleted and declared again at once by somebody else. Once proves nothing: a queue whose leader is slow or away says of
   * itself that it has neither messages nor consumers.
   * @param isAlone of several consumers only one gets anything
   */
  async look(depthOf: (queue: string) => Promise<Depth>, isAlone: boolean): Promise<void> {
    const { life } = this;
    if (life === undefined || life.consumerTag === '' || this.isCancelled) return;
    const hasCome = life.lastTag !== life.seenTag;
    life.seenTag = life.lastTag;
    if (hasCome) return void (life.isSuspect = false);
    const depth = await depthOf(this.queue);
    if (this.life !== life || this.isCancelled || life.lastTag !== life.seenTag) return;
    if (depth === undefined) return this.queueDeleted(life);
    const wasSuspect = life.isSuspect;
    const isStarving = depth.ready > 0 && !isAlone && life.acknowledgements.hasSettled(life.lastTag);
    life.isSuspect = depth.consumers === 0 || isStarving;
    if (wasSuspect && life.isSuspect) this.forgotten(life);
  }

  private forgotten(life: Life): void {
    this.hooks.onFault(new Error('the broker has forgotten it'), `consumer of ${this.queue}`, 'warn');
    this.lose('channelClosed');
    void closeChannel(life.channel);
    this.hooks.onChannelClosed(this);
  }

  private async subscribe(life: Life): Promise<string> {
    const received = (message: ConsumeMessage | null): void => {
      if (message !== null) this.deliver(life, message);
      else this.queueDeleted(life);
    };
    const subscription = within(life.channel.consume(this.queue, received), answerMs, `consuming ${this.queue}`);
    const { consumerTag } = await subscription.catch((error: unknown) => {
      throw error instanceof NoAnswerError ? new QueueStuckError(this.queue, error) : error;
    });
    return consumerTag;
  }

  private deliver(life: Life, message: ConsumeMessage): void {
    // under way while the cancel was: stays unsettled, so that closing gives it back in order
    if (this.isCancelled || life !== this.life) return;
    life.lastTag = message.fields.deliveryTag;
    const delivery = new AmqpDelivery(this.queue, message, life.acknowledgements, this.hooks.bury);
    try {
      this.options.onDelivery(delivery);
    } catch (error) {
      this.hooks.onFault(error, `handler of ${this.queue}`, 'error');
      delivery.settle('deadLetter');
    }
  }

  private queueDeleted(life: Life): void {
    if (this.life !== life) return;
    this.lose('queueGone');
    void closeChannel(life.channel);
  }

  private channelClosed(life: Life, error: unknown): void {
    life.acknowledgements.end();
    // when the whole connection is ending, the transport tells it so before this turn is over
    setImmediate(() => {
      if (this.life !== life || this.isClosed) return;
      this.hooks.onFault(error ?? new Error('channel closed'), `consumer of ${this.queue}`, 'warn');
      this.lose('channelClosed');
      this.hooks.onChannelClosed(this);
    });
  }

  private async endLife(life: Life): Promise<void> {
    life.acknowledgements.flush();
    life.acknowledgements.end();
    this.life = undefined;
    await closeChannel(life.channel);
  }
}

/** Acknowledgements that may be held back while the rest of the prefetch keeps the deliveries flowing. */
const manyOf = (prefetch: number): number => Math.max(1, Math.floor(prefetch / 4));

/** amqplib reads nothing but the delivery tag of what it settles. */
function withTag(deliveryTag: number): ConsumeMessage {
  return { fields: { deliveryTag } } as ConsumeMessage;
}
