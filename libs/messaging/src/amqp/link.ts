import type { Writable } from 'node:stream';
import { type ChannelModel, connect } from 'amqplib';
import type { AmqpSettings } from './amqp-options.js';
import { within } from './within.js';

/** amqplib offers no way to drop a connection that no longer answers; its socket does. */
interface WithSocket {
  readonly connection: { readonly stream?: Writable };
}

class DroppedError extends Error {}

/** One connection to RabbitMQ. Without `noDelay` (off by default in amqplib) an idle step takes 10 times as long. */
export async function openLink(settings: AmqpSettings, role: 'consuming' | 'publishing'): Promise<ChannelModel> {
  const url = new URL(settings.url);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(settings.heartbeatS));
  const link = await connect(url.toString(), {
    noDelay: true,
    keepAlive: true,
    keepAliveDelay: settings.heartbeatS * 1_000,
    timeout: settings.connectTimeoutMs,
    clientProperties: { connection_name: `${settings.name} ${role}` },
  });
  writeTogether(socketOf(link));
  // an unheard error event would end the process; `close` follows and is heard by the session
  link.on('error', (error: Error) => {
    if (!(error instanceof DroppedError)) settings.onFault(error, `${role} connection`, 'warn');
  });
  return link;
}

/** Says goodbye if the peer still answers, and frees the socket in any case. */
export async function closeLink(link: ChannelModel): Promise<void> {
  await within(link.close(), 2_000, 'closing the connection').catch(() => undefined);
  dropLink(link);
}

export function dropLink(link: ChannelModel): void {
  socketOf(link)?.destroy(new DroppedError('dropped by this side'));
}

const socketOf = (link: ChannelModel): Writable | undefined => (link as unknown as WithSocket).connection.stream;

/** amqplib writes each message and each acknowledgement by itself, a system call every time; what is written in one turn leaves with one. */
export function writeTogether(socket: Writable | undefined): void {
  if (socket === undefined) return;
  const write = socket.write.bind(socket) as (chunk: unknown) => boolean;
  socket.write = (chunk: unknown): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(chunk);
  };
}
