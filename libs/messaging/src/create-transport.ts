import type { AmqpTransportOptions } from './amqp/amqp-options.js';
import { AmqpTransport } from './amqp/amqp-transport.js';
import { MemoryTransport, type MemoryTransportOptions } from './memory/memory-transport.js';
import type { Transport } from './transport.js';

export type TransportOptions =
  ({ readonly kind: 'memory' } & MemoryTransportOptions) | ({ readonly kind: 'amqp' } & AmqpTransportOptions);

/** A transport that is not connected yet. */
export function createTransport(options: TransportOptions): Transport {
  return options.kind === 'amqp' ? new AmqpTransport(options) : new MemoryTransport(options);
}
