import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What other commands on this machine (`orquestra verify`) need to find the running server. */
export interface RunningState {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The database in use; may hold a password, so the file is for its owner only. */
  readonly databaseUrl: string;
}

const fileIn = (dataDir: string): string => join(dataDir, 'standalone.json');

/** Written as a whole, so that no reader sees half of it. */
export async function writeState(dataDir: string, state: RunningState): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const draft = `${fileIn(dataDir)}.${state.pid}`;
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, fileIn(dataDir));
}

export const removeState = (dataDir: string): Promise<void> => rm(fileIn(dataDir), { force: true });
