import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { ServerProcess } from './server-process.js';

const run = promisify(execFile);
const folders = ['/usr/lib/rabbitmq/bin', '/usr/local/sbin', '/opt/homebrew/sbin', '/usr/sbin'];
const protocolHeader = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

/** A RabbitMQ node of a test's own: own name, ports and folder; only Erlang's port mapper (epmd) is shared. */
export class RabbitNode implements AsyncDisposable {
  private readonly server: ServerProcess;

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly distPort: number,
    private readonly folder: string,
    private readonly cookie: string,
  ) {
    this.server = new ServerProcess(`RabbitMQ node ${name}`);
  }

  /** Whether RabbitMQ is installed on this machine. */
  static isInstalled(): boolean {
    return folders.some((folder) => existsSync(join(folder, 'rabbitmq-server')));
  }

  /** A new, empty node, started. @param cookie nodes that are to know each other have the same */
  static async start(cookie = newCookie()): Promise<RabbitNode> {
    const name = `orquestra-test-${randomBytes(5).toString('hex')}@localhost`;
    const folder = await mkdtemp(join(tmpdir(), 'orquestra-rabbit-'));
    const node = new RabbitNode(name, await freePort(), await freePort(), folder, cookie);
    await writeFile(join(folder, '.erlang.cookie'), cookie, { mode: 0o400 });
    await node.start();
    return node;
  }

  /** So many nodes of one cluster, started: quorum queues have a copy on each of (at first at most three of) them. */
  static async startCluster(count: number): Promise<RabbitNode[]> {
    const cookie = newCookie();
    await using started = new AsyncDisposableStack();
    const starting = Array.from({ length: count }, async () => started.use(await RabbitNode.start(cookie)));
    await Promise.allSettled(starting); // one that fails must not leave others behind
    const nodes = await Promise.all(starting);
    for (const node of nodes.slice(1)) await node.join(nodes[0]!);
    started.move();
    return nodes;
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.server.pid;
  }

  get isRunning(): boolean {
    return this.server.isRunning;
  }

  /** Starts it again on what its folder holds. Takes some seconds; gives up after 90. */
  async start(): Promise<void> {
    await this.writeConfiguration();
    const options = { cwd: this.folder, env: this.environment() };
    await this.server.start(programOf('rabbitmq-server'), [], options, () => speaksAmqp(this.port), 90_000);
  }

  /** As an operator would: connections are closed, data is written. */
  stop(): Promise<void> {
    return this.server.end('SIGTERM', 30_000);
  }

  /** kill -9 for the node and everything it started. */
  kill(): Promise<void> {
    return this.server.end('SIGKILL', 5_000);
  }

  /** SIGSTOP: connections stay open, nothing is answered; `freeze(false)` continues it. */
  freeze(isFrozen: boolean): void {
    this.server.freeze(isFrozen);
  }

  /** Everything it knew is gone: queues, messages, exchanges, users but the default one. Only while it is stopped. */
  async wipe(): Promise<void> {
    if (this.isRunning) throw new Error(`expected RabbitMQ node ${this.name} to be stopped before it is wiped`);
    await rm(join(this.folder, 'mnesia'), { recursive: true, force: true });
  }

  /** `rabbitmqctl` for this node. @returns what it printed */
  async ctl(...args: string[]): Promise<string> {
    const { stdout } = await run(programOf('rabbitmqctl'), ['-q', '-n', this.name, ...args], {
      env: this.environment(),
      timeout: 60_000,
    });
    return stdout;
  }

  /** It and the others can no longer speak to each other, until `healed`: as if the network between them were gone. All run on. */
  async partitionFrom(others: readonly RabbitNode[]): Promise<void> {
    // cookies that differ: each of them would connect again at once
    await this.evalAbout(others, (name) => `erlang:set_cookie(${name}, here), erlang:disconnect_node(${name})`);
    for (const other of others) await other.evalAbout([this], (name) => `erlang:set_cookie(${name}, there)`);
  }

  async healed(others: readonly RabbitNode[]): Promise<void> {
    const trusts = (name: string): string => `erlang:set_cookie(${name}, '${this.cookie}')`;
    await this.evalAbout(others, trusts);
    for (const other of others) await other.evalAbout([this], trusts);
  }

  /** One that is in a minority stops serving until it sees the others again. */
  async isPaused(): Promise<boolean> {
    return (await this.ctl('eval', 'rabbit:is_running().')).trim() === 'false';
  }

  private async evalAbout(others: readonly RabbitNode[], erlang: (name: string) => string): Promise<void> {
    await this.ctl('eval', `${others.map(({ name }) => erlang(`'${name}'`)).join(', ')}.`);
  }

  /** Becomes part of the cluster of `first`, and forgets what it had. */
  private async join(first: RabbitNode): Promise<void> {
    for (const command of [['stop_app'], ['reset'], ['join_cluster', first.name], ['start_app']]) await this.ctl(...command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.dispose();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 }); // a last file may just be written
  }

  private async writeConfiguration(): Promise<void> {
    for (const name of ['mnesia', 'log']) await mkdir(join(this.folder, name), { recursive: true });
    const lines = [
      `listeners.tcp.1 = 127.0.0.1:${this.port}`,
      'log.file.level = warning',
      'disk_free_limit.absolute = 50MB',
      'raft.wal_max_size_bytes = 64000000',
      'cluster_partition_handling = pause_minority', // of one node: nothing
    ];
    await writeFile(join(this.folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
    await writeFile(join(this.folder, 'rabbitmq-env.conf'), '');
    await writeFile(join(this.folder, 'enabled_plugins'), '[].\n');
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: this.folder, // the Erlang cookie
      RABBITMQ_NODENAME: this.name,
      RABBITMQ_NODE_PORT: String(this.port),
      RABBITMQ_DIST_PORT: String(this.distPort),
      RABBITMQ_MNESIA_BASE: join(this.folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(this.folder, 'log'),
      RABBITMQ_PID_FILE: join(this.folder, 'node.pid'),
      RABBITMQ_CONFIG_FILE: join(this.folder, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: join(this.folder, 'rabbitmq-env.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(this.folder, 'enabled_plugins'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2',
    };
  }
}

const newCookie = (): string => randomBytes(16).toString('hex').toUpperCase();

function programOf(name: string): string {
  const folder = folders.find((candidate) => existsSync(join(candidate, name)));
  if (folder === undefined) throw new Error(`expected ${name} in ${folders.join(', ')}; install RabbitMQ 3.10 or newer`);
  return join(folder, name);
}

/** The listener opens last; a node that offers AMQP is ready. */
function speaksAmqp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(protocolHeader));
    const answer = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(2_000, () => answer(false));
    socket.once('data', (chunk) => answer(chunk[0] === 1)); // a method frame: connection.start
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
