import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RabbitNode, TcpProxy } from '#libs/testing';
import { describeTransport } from '../conformance/index.js';
import { type TransportWorld, usedQueues } from '../conformance/world.js';
import type { Transport } from '../transport.js';
import { AmqpTransport } from './amqp-transport.js';
import { within } from './within.js';

const local = RabbitNode.isInstalled() ? 'amqp://guest:guest@127.0.0.1:5672' : undefined;
const server = process.env.ORQUESTRA_TEST_AMQP_URL ?? process.env.AMQP_URL ?? local;
const run = promisify(execFile);

/** A virtual host of its own where `rabbitmqctl` reaches the server; else that of the address, left as it was found. */
async function ownVhost(url: URL): Promise<{ url: URL; remove: () => Promise<unknown> }> {
  const vhost = `conformance-${randomUUID()}`;
  const own = new URL(url);
  own.pathname = `/${vhost}`;
  const isHere = url.port === '5672' || url.port === '';
  if (!RabbitNode.isInstalled() || !isHere || !['127.0.0.1', 'localhost'].includes(url.hostname)) {
    return { url, remove: () => removeQueues(url.toString()) };
  }
  try {
    await run('rabbitmqctl', ['add_vhost', vhost]);
    await run('rabbitmqctl', ['set_permissions', '-p', vhost, url.username || 'guest', '.*', '.*', '.*']);
    return { url: own, remove: () => run('rabbitmqctl', ['delete_vhost', vhost]) };
  } catch {
    return { url, remove: () => removeQueues(url.toString()) }; // not the user who may
  }
}

async function removeQueues(url: string): Promise<void> {
  const transport = new AmqpTransport({ url });
  await transport.connect();
  for (const name of usedQueues.splice(0)) await transport.deleteQueue(name);
  await transport.close();
}

/** One clear failure instead of one time-out a test. */
async function demandServer(url: string): Promise<void> {
  const probe = new AmqpTransport({ url });
  try {
    await within(probe.connect(), 4_000, `expected RabbitMQ at ${new URL(url).host}`);
  } finally {
    await probe.close();
  }
}

/** A door per transport that can be slammed from outside. */
async function openWorld(profile: 'durable' | 'latency'): Promise<TransportWorld> {
  if (server === undefined) throw new Error('expected ORQUESTRA_TEST_AMQP_URL or a local RabbitMQ');
  await demandServer(server);
  const { url, remove } = await ownVhost(new URL(server));
  const doors = new Map<Transport, TcpProxy>();
  const target = { host: url.hostname, port: Number(url.port || 5672) };
  const spare = await Promise.all(Array.from({ length: 100 }, () => TcpProxy.start(target)));
  return {
    create: (options) => {
      const door = spare.pop();
      if (door === undefined) throw new Error('expected fewer transports in one suite');
      const transport = new AmqpTransport({ url: door.through(url.toString()), profile, ...options });
      doors.set(transport, door);
      return transport;
    },
    loseConnection: async (transport) => doors.get(transport)?.cut(),
    close: async () => {
      await Promise.all([...doors.values(), ...spare].map((door) => door.stop()));
      await remove();
    },
  };
}

if (server === undefined) describe.skip('transport amqp: no RabbitMQ here', () => it.todo('needs ORQUESTRA_TEST_AMQP_URL'));
else {
  describeTransport('amqp, durable', () => openWorld('durable'));
  describeTransport('amqp, latency', () => openWorld('latency'));
}
