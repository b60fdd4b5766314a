import { Cluster, migrate, PgCluster, ProcessGroup, RabbitNode, type Role, type TestProcess } from '#libs/testing';
import type { BenchOptions } from './options.js';
import type { ProcessRoot } from './processes.js';
import { client, restarted, type Target } from './targets.js';

/** Room as on a server of its own; everything else as PostgreSQL comes, fsync on. */
const databaseSettings = { shared_buffers: '512MB', max_wal_size: '4GB' };

/** The services over PostgreSQL and RabbitMQ, started for this benchmark alone. */
export async function clusterTarget(
  { counts, profile }: Pick<BenchOptions, 'counts' | 'profile'>,
  env: Readonly<Record<string, string>> = {},
): Promise<Target> {
  const stack = new AsyncDisposableStack();
  try {
    const database = stack.use(await PgCluster.start(databaseSettings));
    const broker = stack.use(await RabbitNode.start());
    const group = stack.use(new ProcessGroup());
    await migrate(group, database.url);
    const cluster = new Cluster(group, {
      databaseUrl: database.url,
      amqpUrl: broker.url,
      counts,
      env: { ORQUESTRA_PROFILE: profile, ...env },
    });
    await cluster.start();
    const rootsOf = (name: Role, members: readonly TestProcess[]): ProcessRoot[] => members.map(({ pid = 0 }) => ({ name, pid }));
    return {
      name: `cluster ${counts.orchestrator}+${counts.worker}${profile === 'durable' ? '' : ` ${profile}`}`,
      url: cluster.url,
      databaseUrl: database.url,
      amqpUrl: broker.url,
      roots: () => [
        ...rootsOf('gateway', cluster.gateways),
        ...rootsOf('orchestrator', cluster.orchestrators),
        ...rootsOf('worker', cluster.workers),
        { name: 'postgresql', pid: database.pid ?? 0 },
        { name: 'rabbitmq', pid: broker.pid ?? 0 },
        client,
      ],
      restart: () => restarted(cluster.orchestrators),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
