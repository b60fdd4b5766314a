import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import {
  Cluster,
  CountingServer,
  migrate,
  ProcessGroup,
  startStandalone,
  type Stored,
  type Verified,
  verify,
} from '#libs/testing';
import { prepareServers } from '../compose-servers.js';
import type { World } from './feature.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];

/** The running product, with how to verify what it has stored. */
export interface RunningTarget extends World, AsyncDisposable {
  /** Direct access for what no API tells: how many rows and statements something costs. */
  readonly databaseUrl: string | undefined;
  /** `orquestra verify`: what it found, and how many instances it looked at. */
  verify(): Promise<Verified>;
}

export interface Target {
  readonly name: string;
  start(env?: Readonly<Record<string, string>>): Promise<RunningTarget>;
}

const environment = { ORQUESTRA_HTTP_ALLOW_PRIVATE: 'true' };

const standalone: Target = {
  name: 'standalone',
  start: (env = {}) =>
    assemble(async (stack, group) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'orquestra-features-'));
      stack.defer(() => rm(dataDir, { recursive: true, force: true }));
      stack.use(group);
      const { url } = await startStandalone(group, { dataDir, env: { ...environment, ...env } });
      return { url, amqpUrl: undefined, databaseUrl: undefined, stored: { dataDir } };
    }),
};

const cluster: Target = {
  name: 'a gateway, two orchestrators and two workers',
  start: (env = {}) =>
    assemble(async (stack, group) => {
      const servers = await prepareServers(database as string, broker as string);
      stack.defer(() => servers.remove());
      stack.use(group);
      const { databaseUrl, amqpUrl } = servers;
      await migrate(group, databaseUrl);
      const { url } = await new Cluster(group, { databaseUrl, amqpUrl, env: { ...environment, ...env } }).start();
      return { url, amqpUrl, databaseUrl, stored: { databaseUrl } };
    }),
};

/** Both ways to run the product; the second one where PostgreSQL and RabbitMQ are. */
export const targets: Target[] = [standalone, ...(database !== undefined && broker !== undefined ? [cluster] : [])];

interface Assembled {
  readonly url: string;
  readonly amqpUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly stored: Stored;
}

async function assemble(build: (stack: AsyncDisposableStack, group: ProcessGroup) => Promise<Assembled>): Promise<RunningTarget> {
  const stack = new AsyncDisposableStack();
  try {
    const outside = stack.use(await new CountingServer().listen());
    const group = new ProcessGroup();
    const { url, amqpUrl, databaseUrl, stored } = await build(stack, group);
    return {
      client: new OrquestraClient({ baseUrl: url }),
      outside,
      amqpUrl,
      databaseUrl,
      verify: () => verify(group, stored),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
