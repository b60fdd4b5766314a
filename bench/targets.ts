import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessGroup, startStandalone } from '#libs/testing';
import type { CpuRoot } from './cpu.js';

/** The product running, with servers of its own. */
export interface Target extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Whose CPU counts, the benchmark's own process as `client`. */
  readonly cpuRoots: () => readonly CpuRoot[];
}

/** The benchmark itself: its CPU is shown, not added up. */
export const client: CpuRoot = { name: 'client', pid: process.pid };

/** One process with embedded PostgreSQL (fsync on) and the in-process transport. */
export async function standaloneTarget(): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'orquestra-bench-'));
  await chmod(dataDir, 0o755); // as root the database runs as another user
  const group = new ProcessGroup();
  const end = async (): Promise<void> => {
    await group.end();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const { url, process: standalone } = await startStandalone(group, { dataDir, env: { ORQUESTRA_EXAMPLES: 'false' } });
    return {
      name: 'standalone',
      url,
      cpuRoots: () => [{ name: 'standalone', pid: standalone.pid ?? 0 }, client],
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
