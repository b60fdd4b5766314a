/**
 * The port to the message broker. Two adapters: `amqp` (RabbitMQ) and `memory` (in-process), and those of extensions; one conformance suite.
 * Names of exchanges and queues are those of ARCHITECTURE §5 on both.
 */

export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** UTF-8 JSON. */
  readonly content: Buffer;
  /** Ask the broker to hand it back when no queue takes it: the outcome is then `returned`. */
  readonly mandatory?: boolean;
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly replyTo?: string;
  readonly type?: string;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  /** Default true; false for live and control traffic. */
  readonly persistent?: boolean;
}

/**
 * - `confirmed`: the broker has it (and, with mandatory, some queue has it)
 * - `returned`: no queue took it; it was not sent
 * - `unconfirmed`: nack, connection lost, or no confirm within `confirmTimeoutMs`; it may or may not have been sent
 */
export type PublishOutcome = 'confirmed' | 'returned' | 'unconfirmed';

export interface Delivery {
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly redelivered: boolean;
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly replyTo?: string;
  readonly type?: string;
  readonly contentType?: string;
  /** Unix seconds, as the sender has set them. */
  readonly timestamp?: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Exactly one of these, once; later calls and calls after the channel died are ignored. */
  settle(settlement: Settlement): void;
}

/** What a handler's outcome becomes (see `acknowledgement.ts`). `deadLetter` = reject without requeue. */
export type Settlement = 'ack' | 'requeue' | 'deadLetter';

export type QueueKind = 'quorum' | 'classic';

export interface QueueSpec {
  readonly name: string;
  /** `shared`: durable, of the configured kind. `exclusive`: this connection's own, gone with it. */
  readonly life: 'shared' | 'exclusive';
  readonly singleActiveConsumer?: boolean;
  /** Drop the oldest beyond this many messages (exclusive queues of live traffic). */
  readonly maxLength?: number;
  /** Exchange → routing keys. */
  readonly bindings: readonly { readonly exchange: string; readonly routingKey: string }[];
  /** Another process may take its bindings away, so they are never made again unasked. */
  readonly isBoundElsewhere?: boolean;
}

export interface ConsumeOptions {
  /** Unacknowledged deliveries at most, per consumer. */
  readonly prefetch: number;
  readonly onDelivery: (delivery: Delivery) => void;
  /**
   * The broker ended this consumer (queue deleted) or the connection was lost; it is NOT restored by the transport when `restore` is
   * false, and never after `queueGone`. What it held can no longer be settled and comes again.
   */
  readonly onLost?: (why: 'queueGone' | 'disconnected' | 'channelClosed') => void;
  /** It consumes again after a loss. What an exclusive queue would have taken meanwhile went to nobody. */
  readonly onRestored?: () => void;
  /** Consume again by itself after a reconnect, with the same prefetch (declares exclusive queues anew). Default true. */
  readonly restore?: boolean;
}

export interface Consumer {
  readonly queue: string;
  /** Stop deliveries; settled and unsettled ones keep working until `close`. */
  cancel(): Promise<void>;
  /** Cancel, then give everything unsettled back to the queue. */
  close(): Promise<void>;
  /** From the next delivery on; on a queue with a single active consumer another one may become active. */
  setPrefetch(prefetch: number): Promise<void>;
}

export type TransportState = 'connecting' | 'connected' | 'blocked' | 'disconnected' | 'closed';

export interface Transport {
  /** `memory` reaches nobody outside this process; any other is a broker. */
  readonly kind: string;
  readonly state: TransportState;
  /** Resolves when connected once; keeps reconnecting (jittered backoff) until `close`. */
  connect(): Promise<void>;
  /** Called on every state change; returns the unsubscribe function. */
  onState(listener: (state: TransportState) => void): () => void;
  /** Increases with every successful (re)connect, from 1. */
  readonly session: number;
  /** Exchanges of ARCHITECTURE §5, the dead-letter queue, and nothing else. Idempotent; done again after each reconnect. */
  declareExchanges(): Promise<void>;
  /**
   * These and `consume` reject with `TransportUnavailableError` while there is no connection: silence is not absence.
   * @returns true when the queue did not exist before (its earlier content, if any, is gone)
   * @throws QueueMismatchError, QueueLockedError
   */
  declareQueue(spec: QueueSpec): Promise<boolean>;
  /** Messages ready, or undefined when the queue does not exist. */
  queueDepth(name: string): Promise<{ ready: number; consumers: number } | undefined>;
  deleteQueue(name: string): Promise<void>;
  /** Takes one binding of a queue away; one that is not there is no error. */
  unbindQueue(name: string, exchange: string, routingKey: string): Promise<void>;
  /** Of any owner: a message to an exchange that is not there is neither returned nor confirmed. */
  hasExchange(name: string): Promise<boolean>;
  /** True: no queue is bound to it, a message there would reach nobody. False, or no such method: somebody may hear it. */
  isUnbound?(exchange: string): boolean;
  /**
   * One outcome a message, in order. Never rejects for broker trouble: that is `unconfirmed`, at once while there is no connection
   * (callers that try again should pause), after the confirm time-out while the broker takes no more. Order is kept for each
   * exchange and routing key.
   * @throws MessageTooLargeError a bug of the caller; nothing was sent
   */
  publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]>;
  /**
   * @throws QueueMissingError it was never declared, or it was deleted
   * @throws QueueStuckError it exists without a leader; if that lasts longer than an election, `deleteQueue` and `declareQueue` heal it
   */
  consume(queue: string, options: ConsumeOptions): Promise<Consumer>;
  /** What an outage of the network does: the connection is lost, and not made again for so long. For chaos mode; a transport may lack it. */
  loseConnection?(forMs: number): void;
  /** Waits (bounded) for outstanding confirms, then closes. */
  close(): Promise<void>;
}
