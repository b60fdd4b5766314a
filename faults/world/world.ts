import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import {
  Cluster,
  migrate,
  PgCluster,
  ProcessGroup,
  RabbitNode,
  type Role,
  type TestProcess,
  type Verified,
  verify,
} from '#libs/testing';
import { Ledger } from '../ledger/ledger.js';
import { mix } from '../workload/definitions.js';
import { Links } from './links.js';

export interface WorldOptions {
  /** Default: 2 gateways, 3 orchestrators, 3 workers. */
  readonly counts?: Partial<Record<Role, number>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly envOf?: Partial<Record<Role, Readonly<Record<string, string>>>>;
  /** Nodes of RabbitMQ, default 1. */
  readonly brokers?: number;
  /** Of postgresql.conf. */
  readonly database?: Readonly<Record<string, string>>;
}

/** Shorter than usual, so that a minute shows several lives of everything. Nothing depends on their values but how soon it is noticed. */
export const leaseMs = 5_000;
const usual = { ORQUESTRA_LEASE_MS: String(leaseMs), ORQUESTRA_WORKER_HEARTBEAT_MS: '1000', ORQUESTRA_EXAMPLES: 'false' };
const workerEnv = { ORQUESTRA_EXTENSIONS: 'dist/faults/ledger/ledger-task.js', ORQUESTRA_WORKER_CONCURRENCY: '50' };

/** The product as real processes on servers of its own, each reached through a proxy of its own, and the ledger beside them. */
export class World implements AsyncDisposable {
  private constructor(
    private readonly resources: AsyncDisposableStack,
    readonly group: ProcessGroup,
    readonly cluster: Cluster,
    readonly database: PgCluster,
    /** Of one cluster. */
    readonly brokers: readonly RabbitNode[],
    readonly links: Links,
    readonly ledger: Ledger,
    /** Of this run alone; removed with it. */
    readonly folder: string,
  ) {}

  static async open(options: WorldOptions = {}): Promise<World> {
    const resources = new AsyncDisposableStack();
    try {
      const folder = await mkdtemp(join(tmpdir(), 'orquestra-faults-'));
      resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
      await mkdir(folder, { recursive: true });
      const starting = [PgCluster.start(options.database), RabbitNode.startCluster(options.brokers ?? 1)] as const;
      const [database, brokers] = await Promise.all(starting);
      resources.use(database);
      for (const broker of brokers) resources.use(broker);
      const links = resources.use(new Links(database, brokers));
      const group = resources.use(new ProcessGroup());
      const ledger = resources.use(await Ledger.start(group, folder));
      await migrate(group, database.url);
      const cluster = new Cluster(group, {
        databaseUrl: database.url,
        amqpUrl: brokers[0]!.url,
        counts: { gateway: 2, orchestrator: 3, worker: 3, ...options.counts },
        env: { ...usual, FAULTS_LEDGER_PORT: String(ledger.port), ...options.env },
        envOf: { ...options.envOf, worker: { ...workerEnv, ...options.envOf?.worker } },
        serversOf: (name) => links.serversOf(name),
      });
      await cluster.start();
      const world = new World(resources, group, cluster, database, brokers, links, ledger, folder);
      await world.register(mix.map(({ definition }) => definition));
      return world;
    } catch (error) {
      await resources.disposeAsync();
      throw error;
    }
  }

  /** The only one, or the first. */
  get broker(): RabbitNode {
    return this.brokers[0]!;
  }

  /** Of the first gateway. */
  get client(): OrquestraClient {
    return new OrquestraClient({ baseUrl: this.cluster.url });
  }

  async register(definitions: readonly object[]): Promise<void> {
    for (const document of definitions) await this.client.registerDefinition({ document });
  }

  processes(role: Role): readonly TestProcess[] {
    return this.cluster[`${role}s`];
  }

  /** Everything runs, answers and is reachable again, whatever was done to it. */
  async heal(): Promise<void> {
    if (!this.database.isRunning) await this.database.start();
    await this.database.freeze(false);
    for (const broker of this.brokers) {
      if (!broker.isRunning) await broker.start();
      broker.freeze(false);
    }
    this.links.clear();
    for (const member of this.cluster.members) member.thaw();
    await Promise.all(this.cluster.members.filter((member) => !member.isRunning).map((member) => member.start()));
  }

  /** Goes with the world. */
  keep<T extends AsyncDisposable>(resource: T): T {
    return this.resources.use(resource);
  }

  /** `orquestra verify` on what is there, past all proxies. */
  verify(): Promise<Verified> {
    return verify(this.group, { databaseUrl: this.database.url });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources.disposeAsync();
  }
}
