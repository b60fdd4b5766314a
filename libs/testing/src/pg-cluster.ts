import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from './free-port.js';
import { ServerProcess } from './server-process.js';

const run = promisify(execFile);

/** How PostgreSQL is told to stop: `fast` ends sessions and writes a checkpoint, `immediate` is a crash with a goodbye. */
export type StopMode = 'fast' | 'immediate';

const signals: Readonly<Record<StopMode, NodeJS.Signals>> = { fast: 'SIGINT', immediate: 'SIGQUIT' };

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** A PostgreSQL cluster of a test's own: own folder and port, fsync on; run by the user `postgres` when the test runs as root. */
export class PgCluster implements AsyncDisposable {
  private readonly server: ServerProcess;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly account: Account,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.server = new ServerProcess(`PostgreSQL cluster on port ${port}`);
  }

  /** Whether PostgreSQL's server programs are on this machine. */
  static isInstalled(): boolean {
    return folderOfPrograms() !== undefined;
  }

  /**
   * A new, empty cluster, started.
   * @param settings of postgresql.conf, such as `{ max_connections: '20' }`
   */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PgCluster> {
    const account = await accountToUse();
    const folder = await mkdtemp(join(tmpdir(), 'orquestra-pg-'));
    if (account.uid !== undefined && account.gid !== undefined) await chown(folder, account.uid, account.gid);
    const cluster = new PgCluster(await freePort(), folder, account, settings);
    await run(
      programOf('initdb'),
      ['-D', cluster.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      {
        ...account,
        cwd: folder,
        timeout: 60_000,
      },
    );
    await cluster.start();
    return cluster;
  }

  /** Database `postgres` of this cluster, user `postgres`. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  get pid(): number | undefined {
    return this.server.pid;
  }

  get isRunning(): boolean {
    return this.server.isRunning;
  }

  /** Starts it again, with crash recovery where needed; gives up after 60 s. */
  async start(): Promise<void> {
    const own = {
      port: String(this.port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      ...this.settings,
    };
    const args = Object.entries(own).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const options = { ...this.account, cwd: this.folder };
    await this.server.start(programOf('postgres'), ['-D', this.data, ...args], options, () => this.answers(), 60_000);
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    const children = await this.children();
    await this.server.end(signals[mode], 30_000);
    await endOf(children);
  }

  /** kill -9 for the whole server, sessions included. */
  async kill(): Promise<void> {
    const children = await this.children();
    for (const pid of children) signalTo(pid, 'SIGKILL');
    await this.server.end('SIGKILL', 5_000);
    await endOf(children);
  }

  /** SIGSTOP for the server and its sessions: connections stay open, nothing is answered; `freeze(false)` continues them. */
  async freeze(isFrozen: boolean): Promise<void> {
    const { pid } = this;
    if (pid === undefined || !this.isRunning) return;
    if (isFrozen) process.kill(pid, 'SIGSTOP'); // no more children from now on
    for (const child of await this.children()) signalTo(child, isFrozen ? 'SIGSTOP' : 'SIGCONT');
    if (!isFrozen) process.kill(pid, 'SIGCONT');
  }

  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  /** Creates a database. @returns its address */
  async createDatabase(name: string): Promise<string> {
    await this.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    return this.url.replace(/postgres$/, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.server.dispose();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private async answers(): Promise<boolean> {
    try {
      await this.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  private async query(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Sessions and workers lead sessions of their own, so the process group does not reach them. */
  private async children(): Promise<number[]> {
    if (this.server.pid === undefined || !this.isRunning) return [];
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(this.server.pid)]).catch(() => ({ stdout: '' }));
    return stdout
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  }
}

function folderOfPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    ...versions.map((version) => join(root, version, 'bin')),
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '/usr/bin',
  ];
  return candidates.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function programOf(name: string): string {
  const folder = folderOfPrograms();
  if (folder === undefined)
    throw new Error(`expected ${name} below /usr/lib/postgresql or in the usual folders; install PostgreSQL 15 or newer`);
  return join(folder, name);
}

/** PostgreSQL refuses to run as root. */
async function accountToUse(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)));
  return { uid, gid };
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already
  }
}

async function endOf(pids: readonly number[]): Promise<void> {
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const deadline = performance.now() + 5_000;
  while (pids.some(isAlive)) {
    if (performance.now() > deadline)
      throw new Error(`expected the sessions of a stopped PostgreSQL to end, but ${pids.filter(isAlive).join(', ')} live`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
