import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, useAnother } from './embedded-error.js';

const run = promisify(execFile);

/** Whom the server runs as; PostgreSQL refuses to run as root. Empty: ourselves. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Ourselves; for root the owner of the data there is or of the folder for it, else the system's `postgres` (made when missing), else `nobody`.
 * @param cluster folder of the cluster, which may not exist yet
 * @throws EmbeddedPostgresError
 */
export async function chooseUser(cluster: string): Promise<RunAs> {
  const ownUid = process.getuid?.();
  if (ownUid === undefined) return {};
  const data = await stat(cluster).catch(() => undefined);
  if (ownUid !== 0) {
    if (data === undefined || data.uid === ownUid) return {};
    throw new EmbeddedPostgresError(
      'NOT_ACCESSIBLE',
      `the data in ${cluster} belongs to user ${data.uid}, but this is user ${ownUid}: run as that user, or choose another folder with ORQUESTRA_DATA_DIR`,
    );
  }
  const owner = data ?? (await stat(dirname(cluster)).catch(() => undefined));
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const found = (await idsOf('postgres')) ?? (await makeUser('postgres')) ?? (await idsOf('nobody'));
  if (found) return found;
  throw new EmbeddedPostgresError(
    'NO_UNPRIVILEGED_USER',
    `PostgreSQL does not run as root, and there is no user postgres or nobody: run as an ordinary user, or ${useAnother}`,
  );
}

/** Whether that user can reach and use a path: the permissions of every folder above it count. */
export async function canUse(user: RunAs, path: string, test: '-x' | '-r' | '-w'): Promise<boolean> {
  if (user.uid === undefined) return true;
  return run('/bin/sh', ['-c', `test ${test} "$1"`, 'sh', path], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

async function idsOf(name: string): Promise<RunAs | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (what) => Number((await run('id', [what, name])).stdout)));
    return { uid: uid!, gid: gid! };
  } catch {
    return undefined;
  }
}

async function makeUser(name: string): Promise<RunAs | undefined> {
  await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/sh', name]).catch(() => undefined);
  return idsOf(name);
}
