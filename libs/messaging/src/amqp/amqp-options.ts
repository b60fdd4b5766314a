import type { FaultListener } from '../fault.js';

/** How a transport reaches RabbitMQ and what it allows itself. */
export interface AmqpTransportOptions {
  /** `amqp://user:password@host:port/vhost`; a `heartbeat` query parameter wins over ours. */
  readonly url: string;
  /**
   * `durable` (default): quorum queues, persistent messages. `latency`: classic queues, messages in memory: a crash of the
   * broker delays steps, it never loses them.
   */
  readonly profile?: 'durable' | 'latency';
  /** A publication not confirmed by then is `unconfirmed`, ms. Default 10,000. */
  readonly confirmTimeoutMs?: number;
  /** Unconfirmed messages on the wire of one of at most nine channels; more wait here. Default 1,024. */
  readonly maxOutstanding?: number;
  /** Unconfirmed bytes on the wire of one channel; more wait here. Default 16 MiB. */
  readonly maxOutstandingBytes?: number;
  /** Seconds; a dead peer is noticed after two to three of them. Default 5. */
  readonly heartbeatS?: number;
  /** The TCP connection and its handshake, ms. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Name of the connections in RabbitMQ's management. */
  readonly name?: string;
  readonly onFault?: FaultListener;
}

export type AmqpSettings = Required<AmqpTransportOptions>;

export function amqpSettings(options: AmqpTransportOptions): AmqpSettings {
  return {
    profile: 'durable',
    confirmTimeoutMs: 10_000,
    maxOutstanding: 1_024,
    maxOutstandingBytes: 16 * 1024 * 1024,
    heartbeatS: 5,
    connectTimeoutMs: 10_000,
    name: `orquestra ${process.pid}`,
    onFault: () => undefined,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    url: options.url,
  };
}
