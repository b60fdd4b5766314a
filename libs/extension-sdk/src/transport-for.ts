import type { TransportOptions } from '#libs/messaging';
import { type Config, StartupError } from '#libs/platform';
import type { Extension } from './extension.js';

/**
 * How a process reaches the others: the transport of an extension that ORQUESTRA_TRANSPORT names, else RabbitMQ at AMQP_URL, else nobody.
 * @throws StartupError TRANSPORT_UNKNOWN
 */
export function transportFor(
  { transport, amqpUrl, profile }: Pick<Config, 'profile'> & Partial<Pick<Config, 'transport' | 'amqpUrl'>>,
  extensions: readonly Extension[],
): TransportOptions {
  if (transport === undefined) return amqpUrl === undefined ? { kind: 'memory' } : { kind: 'amqp', url: amqpUrl, profile };
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
