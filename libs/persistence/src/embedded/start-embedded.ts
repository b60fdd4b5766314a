import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { findBinaries, SYSTEM_FOLDER } from './binaries.js';
import { clusterVersion, makeCluster, openLog, readSettings, writeSettings } from './cluster-files.js';
import { EmbeddedPostgresError, useAnother } from './embedded-error.js';
import { lockFolder } from './folder-lock.js';
import { canUse, chooseUser, type RunAs } from './run-as.js';
import { freePort, startServer, stopLeftOver, stopServer } from './server.js';

export interface EmbeddedOptions {
  /** Ours alone while it runs: a second start on it is refused. Survives restarts. */
  readonly dataDir: string;
  readonly onProgress?: (text: string) => void;
}

export interface EmbeddedPostgres {
  /** Of the database `orquestra`, with its password. */
  readonly url: string;
  /** Folder of the cluster: inside the data folder wherever possible. */
  readonly cluster: string;
  /** Fast shutdown; releases the folder. Idempotent. */
  stop(): Promise<void>;
}

const DATABASE = 'orquestra';

/**
 * A PostgreSQL of our own, data in `dataDir`. Works as an ordinary user and as root (then it runs as another user). A server left
 * over by a process that was killed is stopped first.
 * @throws EmbeddedPostgresError when it cannot run here; the message says what to do
 */
export async function startEmbeddedPostgres({
  dataDir,
  onProgress = () => undefined,
}: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(dataDir);
  const unlock = await lockFolder(folder);
  try {
    const place = await placeOf(folder, onProgress);
    const server = await start(folder, place.cluster, place.user, onProgress);
    let stopping: Promise<void> | undefined;
    return { url: server.url, cluster: place.cluster, stop: () => (stopping ??= server.stop().finally(unlock)) };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function start(folder: string, cluster: string, user: RunAs, onProgress: (text: string) => void) {
  const binaries = await findBinaries(user, onProgress);
  const settingsFile = join(folder, 'postgres.json');
  const known = await readSettings(settingsFile);
  if (known === undefined) await setAside(folder, cluster);
  const version = await clusterVersion(cluster);
  if (version !== undefined && version !== binaries.major)
    throw new EmbeddedPostgresError(
      'OTHER_VERSION',
      `the data in ${cluster} is of PostgreSQL ${version}, but PostgreSQL ${binaries.version} is installed: move the folder away to begin anew, or open it with that version and ${useAnother}`,
    );
  const password = known?.password ?? randomBytes(18).toString('base64url');
  if (version === undefined) {
    onProgress(`making the data folder of PostgreSQL ${binaries.version}`);
    await writeSettings(settingsFile, { password });
    await makeCluster(binaries, cluster, user, password);
  } else await stopLeftOver(cluster);

  const port = await freePort(known?.port);
  await writeSettings(settingsFile, { password, port });
  const logFile = join(folder, 'postgres.log');
  await openLog(logFile, user);
  onProgress(`starting PostgreSQL ${binaries.version} on port ${port}`);
  const child = await startServer({ binaries, cluster, user, port, logFile });
  // Should we end without `stop`, it is at least told to stop; what `kill -9` leaves behind the next start finds.
  const tell = () => void child.kill('SIGINT');
  process.once('exit', tell);
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;
  const stop = async () => {
    process.removeListener('exit', tell);
    await stopServer(child);
  };
  try {
    await ensureDatabase(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** A cluster whose password is gone is of no use: one outside belongs to a data folder that was deleted, and makes way. */
async function setAside(folder: string, cluster: string): Promise<void> {
  if ((await clusterVersion(cluster)) === undefined) return;
  if (!cluster.startsWith(folder)) return rename(cluster, `${cluster}.orphan-${Date.now()}`);
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `there is data in ${cluster}, but ${join(folder, 'postgres.json')} with its password is missing: put that file back, or move the data away to begin anew`,
  );
}

/** Where the cluster lives and whom it runs as: in the folder, unless that user may not enter it. */
async function placeOf(folder: string, onProgress: (text: string) => void): Promise<{ cluster: string; user: RunAs }> {
  const inside = join(folder, 'postgres');
  const user = await chooseUser(inside);
  if (await canUse(user, folder, '-x')) return { cluster: inside, user };
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const outside = join(SYSTEM_FOLDER, 'data', name);
  onProgress(`keeping the data in ${outside}, since the user of PostgreSQL may not enter ${folder}`);
  await mkdir(outside, { recursive: true, mode: 0o755 });
  if (await canUse(user, outside, '-x')) return { cluster: join(outside, 'postgres'), user };
  throw new EmbeddedPostgresError(
    'NOT_ACCESSIBLE',
    `PostgreSQL cannot run as root, and the user it runs as (uid ${user.uid}) may neither enter ${folder} nor ${outside}: choose a folder everybody may enter with ORQUESTRA_DATA_DIR, run as an ordinary user, or ${useAnother}`,
  );
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
