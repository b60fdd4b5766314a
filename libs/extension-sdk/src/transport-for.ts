import type { TransportOptions } from '#libs/messaging';
import { type Config, StartupError } from '#libs/platform';
import type { Extension } from './extension.js';

type Wishes = Pick<Config, 'profile' | 'publishWindow' | 'queueBytes'> & Partial<Pick<Config, 'transport' | 'amqpUrl'>>;

/**
 * How a process reaches the others: the transport of an extension that ORQUESTRA_TRANSPORT names, else RabbitMQ at AMQP_URL, else nobody.
 * @throws StartupError TRANSPORT_UNKNOWN
 */
export function transportFor(
  { transport, amqpUrl, profile, publishWindow, queueBytes }: Wishes,
  extensions: readonly Extension[],
): TransportOptions {
  if (transport === undefined && amqpUrl === undefined) return { kind: 'memory', maxQueueBytes: queueBytes };
  if (transport === undefined) return { kind: 'amqp', url: amqpUrl!, profile, maxOutstanding: publishWindow };
  const known = extensions.flatMap((each) => (each.transport === undefined ? [] : [each.transport]));
  const found = known.find(({ name }) => name === transport);
  if (found !== undefined) return { kind: 'extension', create: (options) => found.create(options) };
  const names = known.map(({ name }) => name).join(', ') || 'none';
  throw new StartupError(
    'TRANSPORT_UNKNOWN',
    `expected ORQUESTRA_TRANSPORT to name a transport of an extension (loaded: ${names}), but was ${JSON.stringify(transport)}; ` +
      'name the file that brings it in ORQUESTRA_EXTENSIONS',
  );
}
