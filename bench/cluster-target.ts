import { Cluster, PgCluster, ProcessGroup, RabbitNode, type Role, type TestProcess } from '#libs/testing';
import type { CpuRoot } from './cpu.js';
import type { BenchOptions } from './options.js';
import { client, type Target } from './targets.js';

/** What the figures of PERFORMANCE were measured with; everything else as PostgreSQL comes, fsync on. */
const databaseSettings = { shared_buffers: '512MB', max_wal_size: '4GB' };

/** The services over PostgreSQL and RabbitMQ, started for this benchmark alone. */
export async function clusterTarget({ counts, profile }: BenchOptions): Promise<Target> {
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
      env: { ORQUESTRA_PROFILE: profile },
    });
    await cluster.start();
    const rootsOf = (name: Role, members: readonly TestProcess[]): CpuRoot[] => members.map(({ pid = 0 }) => ({ name, pid }));
    return {
      name: `cluster ${counts.orchestrator}+${counts.worker}${profile === 'durable' ? '' : ` ${profile}`}`,
      url: cluster.url,
      cpuRoots: () => [
        ...rootsOf('gateway', cluster.gateways),
        ...rootsOf('orchestrator', cluster.orchestrators),
        ...rootsOf('worker', cluster.workers),
        { name: 'postgresql', pid: database.pid ?? 0 },
        { name: 'rabbitmq', pid: broker.pid ?? 0 },
        client,
      ],
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function migrate(group: ProcessGroup, databaseUrl: string): Promise<void> {
  const migration = await group.start({
    name: 'migration',
    entry: 'dist/libs/persistence/src/cli.js',
    args: ['migrate'],
    env: { DATABASE_URL: databaseUrl },
  });
  const end = await migration.end();
  if (end?.code !== 0) throw new Error(`expected the schema to be created, but:\n${migration.tail()}`);
}
