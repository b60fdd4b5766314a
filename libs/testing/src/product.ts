import { mkdir } from 'node:fs/promises';
import { freePort } from './free-port.js';
import type { ProcessGroup, TestProcess } from './processes.js';

export type Role = 'gateway' | 'orchestrator' | 'worker';

export interface StandaloneOptions {
  /** Folder of the embedded database; kept. */
  readonly dataDir: string;
  /** A server in place of the embedded one. */
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `npm start` as one process, ready. */
export async function startStandalone(
  group: ProcessGroup,
  { dataDir, databaseUrl, env = {} }: StandaloneOptions,
): Promise<{ url: string; process: TestProcess }> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 }); // as root the database runs as another user
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = await group.start({
    name: 'standalone',
    entry: 'dist/apps/standalone/src/main.js',
    env: {
      PORT: String(port),
      ORQUESTRA_DATA_DIR: dataDir,
      ORQUESTRA_LOG_LEVEL: 'warn',
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
      ...env,
    },
    readyUrl: `${url}/health/ready`,
    readyTimeoutMs: 60_000,
  });
  return { url, process };
}

export interface ClusterOptions {
  /** With the newest schema. */
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  /** Defaults: 1 gateway, 2 orchestrators, 2 workers. */
  readonly counts?: Partial<Record<Role, number>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly envOf?: Partial<Record<Role, Readonly<Record<string, string>>>>;
  /** Where a process finds the servers, in place of the addresses above: through a proxy of its own, say. */
  readonly serversOf?: (name: string) => Promise<Pick<ClusterOptions, 'databaseUrl' | 'amqpUrl'>>;
}

/** The services of a cluster, each a process of its own. */
export class Cluster {
  readonly gateways: TestProcess[] = [];
  readonly orchestrators: TestProcess[] = [];
  readonly workers: TestProcess[] = [];
  /** Of the gateways, in their order. */
  readonly urls: string[] = [];
  private readonly numbers: Record<Role, number> = { gateway: 0, orchestrator: 0, worker: 0 };

  constructor(
    private readonly group: ProcessGroup,
    private readonly options: ClusterOptions,
  ) {}

  /** Starts all of them; ready when each of them is. */
  async start(): Promise<this> {
    const { gateway = 1, orchestrator = 2, worker = 2 } = this.options.counts ?? {};
    const many = (count: number, role: Role) => Array.from({ length: count }, () => this.add(role));
    await Promise.all([...many(orchestrator, 'orchestrator'), ...many(worker, 'worker'), ...many(gateway, 'gateway')]);
    return this;
  }

  /** Of the first gateway. */
  get url(): string {
    const [url] = this.urls;
    if (url === undefined) throw new Error('expected a cluster with a gateway, but it has none');
    return url;
  }

  /** Of all roles, in the order of the lists. */
  get members(): readonly TestProcess[] {
    return [...this.gateways, ...this.orchestrators, ...this.workers];
  }

  /** One more of a role, ready. @param ownEnv beside that of its role */
  async add(role: Role, ownEnv: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
    const { env, envOf, serversOf } = this.options;
    const list = this[`${role}s`];
    const name = `${role}-${(this.numbers[role] += 1)}`;
    const port = await freePort();
    const { databaseUrl, amqpUrl } = serversOf === undefined ? this.options : await serversOf(name);
    const origin = `http://127.0.0.1:${port}`;
    const member = this.group.add({
      name,
      entry: `dist/apps/${role}/src/main.js`,
      env: {
        AMQP_URL: amqpUrl,
        ...(role !== 'worker' && { DATABASE_URL: databaseUrl }),
        [role === 'gateway' ? 'PORT' : 'ORQUESTRA_HEALTH_PORT']: String(port),
        ORQUESTRA_LOG_LEVEL: 'warn',
        ...env,
        ...envOf?.[role],
        ...ownEnv,
      },
      readyUrl: `${origin}/health/ready`,
      readyTimeoutMs: 60_000,
    });
    list.push(member);
    if (role === 'gateway') this.urls.push(origin);
    return member.start();
  }
}
