import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError, notAccessible, useAnother } from './embedded-error.js';
import type { RunAs } from './run-as.js';

const run = promisify(execFile);

/** Kept beside the cluster, readable by us only. */
export interface ClusterSettings {
  readonly password: string;
  readonly port?: number;
}

/** Version of the cluster in a folder; undefined when there is none. */
export const clusterVersion = (cluster: string): Promise<string | undefined> =>
  readFile(join(cluster, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

/** Makes the cluster; it appears under its name only when complete, so that a start that was killed begins anew. */
export async function makeCluster(binaries: Binaries, cluster: string, user: RunAs, password: string): Promise<void> {
  const draft = `${cluster}.new`;
  const passwordFile = join(tmpdir(), `orquestrax-${randomBytes(8).toString('hex')}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await give(user, draft, passwordFile);
  const args = ['--pgdata', draft, '--username=postgres', '--auth=scram-sha-256', '--pwfile', passwordFile];
  try {
    await run(binaries.initdb, [...args, '--encoding=UTF8', '--locale=C', '--no-instructions'], {
      ...user,
      cwd: dirname(binaries.initdb),
    });
    await rename(draft, cluster);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `PostgreSQL could not make its data folder ${cluster}: ${stderr.trim() || String(error)}. Choose another folder with ORQUESTRA_DATA_DIR, or ${useAnother}`,
      { cause: error },
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** @throws EmbeddedPostgresError when the file is there, but not for us */
export async function readSettings(file: string): Promise<ClusterSettings | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ClusterSettings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw notAccessible(file, error);
  }
}

/** For its owner only; root leaves it to the owner of the folder, who may start next. */
export async function writeSettings(file: string, settings: ClusterSettings): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(settings), { mode: 0o600 });
  if (process.getuid?.() === 0) await give(await stat(dirname(file)), `${file}.new`);
  await rename(`${file}.new`, file);
}

async function give({ uid, gid }: RunAs, ...paths: string[]): Promise<void> {
  if (uid !== undefined && gid !== undefined) for (const path of paths) await chown(path, uid, gid);
}

/** A log file the server can append to, emptied when it has grown. */
export async function openLog(file: string, user: RunAs): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  await writeFile(file, '', { flag: size > 10_000_000 ? 'w' : 'a', mode: 0o600 });
  await give(user, file);
}
