import { OrquestraClient } from '#libs/client';
import {
  Cluster,
  type ClusterOptions,
  CountingServer,
  migrate,
  PgCluster,
  ProcessGroup,
  RabbitNode,
  type Verified,
  verify,
} from '#libs/testing';

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
  verify(): Promise<Verified>;
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
    await migrate(group, database.url);
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
      verify: () => verify(group, { databaseUrl: database.url }),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
