import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { TransportOptions } from '#libs/messaging';
import { RabbitNode } from '#libs/testing';

export interface TestBroker {
  readonly name: string;
  /** A broker of the test's own; absent options: the in-process one. */
  open(): Promise<{ readonly transport?: TransportOptions; remove(): Promise<unknown> }>;
}

const run = promisify(execFile);
const inProcess: TestBroker = {
  name: 'the in-process transport',
  open: () => Promise.resolve({ remove: () => Promise.resolve() }),
};
const url =
  process.env['ORQUESTRA_TEST_AMQP_URL'] ??
  process.env['AMQP_URL'] ??
  (RabbitNode.isInstalled() ? 'amqp://guest:guest@127.0.0.1:5672' : undefined);

/** The in-process transport always; RabbitMQ where there is one (in CI there must be). */
export const brokers: readonly TestBroker[] =
  url === undefined ? [inProcess] : [inProcess, { name: 'RabbitMQ', open: () => ownVhost(new URL(url)) }];

/** Needs `rabbitmqctl` for the server; where that is not to be had, the virtual host of the address. */
async function ownVhost(at: URL): ReturnType<TestBroker['open']> {
  const vhost = `gateway-${randomUUID()}`;
  const own = new URL(at);
  try {
    await run('rabbitmqctl', ['add_vhost', vhost]);
    await run('rabbitmqctl', ['set_permissions', '-p', vhost, at.username || 'guest', '.*', '.*', '.*']);
    own.pathname = `/${vhost}`;
    return { transport: { kind: 'amqp', url: own.href }, remove: () => run('rabbitmqctl', ['delete_vhost', vhost]) };
  } catch {
    return { transport: { kind: 'amqp', url: at.href }, remove: () => Promise.resolve() };
  }
}
