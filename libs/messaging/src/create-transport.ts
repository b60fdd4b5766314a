import type { AmqpTransportOptions } from './amqp/amqp-options.js';
import { AmqpTransport } from './amqp/amqp-transport.js';
import type { FaultListener } from './fault.js';
import { MemoryTransport, type MemoryTransportOptions } from './memory/memory-transport.js';
import type { Transport } from './transport.js';

export type TransportOptions =
  | ({ readonly kind: 'memory' } & MemoryTransportOptions)
  | ({ readonly kind: 'amqp' } & AmqpTransportOptions)
  /** Of an extension. */
  | {
      readonly kind: 'extension';
      readonly create: (options: { onFault: FaultListener }) => Transport;
      readonly onFault?: FaultListener;
    };

/** A transport that is not connected yet. */
export function createTransport(options: TransportOptions): Transport {
  if (options.kind === 'extension') return options.create({ onFault: options.onFault ?? (() => undefined) });
  return options.kind === 'amqp' ? new AmqpTransport(options) : new MemoryTransport(options);
}
