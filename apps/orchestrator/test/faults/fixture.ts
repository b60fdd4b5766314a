import { OrquestraClient } from '#libs/client';
import { Cluster, CountingServer, PgCluster, ProcessGroup, RabbitNode, type ClusterOptions } from '#libs/testing';

/** `describe`, or where PostgreSQL or RabbitMQ are not installed `describe.skip`; in CI they must be. */
export const describeWithServers =
  (PgCluster.isInstalled() && RabbitNode.isInstalled()) || process.env['CI'] ? describe : describe.skip;

export interface FaultFixture extends AsyncDisposable {
  readonly client: OrquestraClient;
  readonly cluster: Cluster;
  /** Servers of this test alone: it may stop, kill and wipe them. */
  readonly broker: RabbitNode;
  readonly database: PgCluster;
  /** What the `http` steps of this test call. */
  readonly outside: CountingServer;
  /** For a failure that is hard to repeat: queues and consumers of the broker, and the last lines of every orchestrator and worker. */
  whatHappened(): Promise<string>;
  /** `orquestra verify` on the database as it is: instances checked, and violations. */
  verify(): Promise<{ checked: number; violations: number; found: unknown[] }>;
}

/** A whole cluster of real processes on its own PostgreSQL and RabbitMQ. */
export async function faultFixture(
  options: Pick<ClusterOptions, 'counts' | 'env' | 'envOf'> & { answerMs?: number } = {},
): Promise<FaultFixture> {
  const stack = new AsyncDisposableStack();
  try {
    const outside = stack.use(await new CountingServer(options.answerMs).listen());
    const database = stack.use(await PgCluster.start());
    const broker = stack.use(await RabbitNode.start());
    const group = stack.use(new ProcessGroup());
    await run(group, 'dist/libs/persistence/src/cli.js', ['migrate'], { DATABASE_URL: database.url });
    const cluster = await new Cluster(group, {
      databaseUrl: database.url,
      amqpUrl: broker.url,
      ...options,
      env: { ORQUESTRA_HTTP_ALLOW_PRIVATE: 'true', ...options.env },
    }).start();
    return {
      client: new OrquestraClient({ baseUrl: cluster.url }),
      cluster,
      broker,
      database,
      outside,
      async whatHappened() {
        const queues = await broker.ctl('list_queues', 'name', 'messages_ready', 'messages_unacknowledged', 'consumers', 'state');
        const processes = [...cluster.orchestrators, ...cluster.workers].map(({ spec, lines }) =>
          [spec.name, ...lines.slice(-25)].join('\n'),
        );
        return [queues, ...processes].join('\n\n');
      },
      async verify() {
        const lines = await run(group, 'dist/apps/cli/src/main.js', ['verify', '--json'], { DATABASE_URL: database.url });
        const found = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as unknown);
        return { ...(found.pop() as { checked: number; violations: number }), found };
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A command to its end; its lines. */
async function run(group: ProcessGroup, entry: string, args: string[], env: Record<string, string>): Promise<string[]> {
  const command = group.add({ name: entry, entry, args, env });
  await command.start();
  await command.end();
  return command.lines;
}
