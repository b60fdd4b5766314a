import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bornAt, isAlive, isZombie } from './alive.js';
import { EmbeddedPostgresError, notAccessible } from './embedded-error.js';

interface Holder {
  readonly pid: number;
  readonly bornAt: string;
}

const pollMs = 100;

/**
 * Exclusive lock on a data folder, as a file that names its holder; one left behind by a killed process does not count.
 * @param patienceMs for a holder that is just ending: who restarts a server at once should not be turned away
 * @returns releases it
 * @throws EmbeddedPostgresError `DATA_FOLDER_IN_USE`, naming the other pid; `NOT_ACCESSIBLE`
 */
export async function lockFolder(folder: string, patienceMs = 5_000): Promise<() => Promise<void>> {
  const deadline = performance.now() + patienceMs;
  const file = join(folder, 'orquestra.lock');
  const own = JSON.stringify({ pid: process.pid, bornAt: await bornAt(process.pid) } satisfies Holder);
  const draft = `${file}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(draft, own, { mode: 0o644 });
  } catch (error) {
    throw notAccessible(folder, error);
  }
  try {
    // A link appears with its content at once, and fails when the name is taken.
    while (!(await tryLink(draft, file))) await removeStale(file, folder, deadline);
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(file, 'utf8').catch(() => '')) === own) await rm(file, { force: true });
  };
}

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(file: string, folder: string, deadline: number): Promise<void> {
  const seen = await readFile(file, 'utf8').catch(() => undefined);
  if (seen === undefined) return;
  const holder = holderOf(seen);
  if (holder && (await isHolding(holder))) {
    if (performance.now() < deadline) return delay(pollMs);
    throw new EmbeddedPostgresError(
      'DATA_FOLDER_IN_USE',
      `the data folder ${folder} is in use by process ${holder.pid}: stop that one, or choose another folder with ORQUESTRA_DATA_DIR`,
    );
  }
  // Moved away first: if a third process was quicker, what was moved is its fresh lock, and goes back.
  const aside = `${file}.stale.${process.pid}`;
  await rename(file, aside).catch(() => undefined);
  if ((await readFile(aside, 'utf8').catch(() => seen)) !== seen) await link(aside, file).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

async function isHolding({ pid, bornAt: born }: Holder): Promise<boolean> {
  if (!isAlive(pid) || (await isZombie(pid))) return false;
  return pid === process.pid || born === '' || born === (await bornAt(pid));
}

function holderOf(text: string): Holder | undefined {
  try {
    const { pid, bornAt: born } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' ? { pid, bornAt: String(born ?? '') } : undefined;
  } catch {
    return undefined;
  }
}
