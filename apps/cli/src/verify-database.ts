import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type { EmbeddedPostgres } from '#libs/persistence';
import { CliError, UsageError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';
import type { Shell } from './shell.js';

/** There when the folder holds a database. */
const embeddedSettings = 'postgres.json';

export interface OpenDatabase extends AsyncDisposable {
  readonly dataSource: DataSource;
  /** For people, without a password. */
  readonly name: string;
}

/**
 * The database to verify: named, else `DATABASE_URL`, else that of a running `npm start`,
 * else the one in its data folder, started for as long as this takes.
 */
export async function openDatabase(options: { databaseUrl?: string; dataDir?: string }, shell: Shell): Promise<OpenDatabase> {
  const dataDir = options.dataDir ?? shell.env['ORQUESTRA_DATA_DIR'] ?? './data';
  const url = options.databaseUrl ?? shell.env['DATABASE_URL'] ?? (await runningUrl(dataDir));
  if (url !== undefined) return connect(url);
  if (!existsSync(join(dataDir, embeddedSettings)))
    throw new UsageError(
      `expected a database, but neither --database-url nor DATABASE_URL is set, and ${dataDir} holds none of \`npm start\``,
      'For a cluster: orquestra verify --database-url postgres://user:password@host:5432/orquestra',
    );
  const embedded = await startEmbedded(dataDir, shell);
  return connect(embedded.url, () => embedded.stop());
}

async function startEmbedded(dataDir: string, shell: Shell): Promise<EmbeddedPostgres> {
  const { EmbeddedPostgresError, startEmbeddedPostgres } = await import('#libs/persistence');
  try {
    return await startEmbeddedPostgres({ dataDir, onProgress: (text) => shell.err(`${text}\n`) });
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error;
    throw new CliError(error.message, exitCodes.failed, undefined, { cause: error });
  }
}

async function connect(url: string, stop: () => Promise<void> = () => Promise.resolve()): Promise<OpenDatabase> {
  const { createDataSource } = await import('#libs/persistence');
  const dataSource = createDataSource(url, { applicationName: 'orquestra-verify', statementTimeoutMs: 0 });
  try {
    await dataSource.initialize();
  } catch (error) {
    await stop();
    throw new CliError(`expected PostgreSQL at ${nameOf(url)}, but ${reasonOf(error)}`, exitCodes.failed, undefined, {
      cause: error,
    });
  }
  return {
    dataSource,
    name: nameOf(url),
    async [Symbol.asyncDispose]() {
      await dataSource.destroy();
      await stop();
    },
  };
}

/** What a running `npm start` says about itself; a file left over by one that was killed does not count. */
async function runningUrl(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dataDir, 'standalone.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { pid, databaseUrl } = JSON.parse(text) as { pid: number; databaseUrl: string };
  return isAlive(pid) ? databaseUrl : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
};

function nameOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${pathname.slice(1)} at ${hostname}:${port || '5432'}`;
}
