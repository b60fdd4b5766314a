import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessGroup, startStandalone, type TestProcess } from '#libs/testing';
import type { ProcessRoot } from './processes.js';

/** The product running, with servers of its own. */
export interface Target extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Of the server the product uses: a floor works beside it, and long workloads look at the size of tables. */
  readonly databaseUrl: string;
  /** Absent: standalone. */
  readonly amqpUrl?: string;
  /** Whose CPU and memory count, the benchmark's own process as `client`. */
  readonly roots: () => readonly ProcessRoot[];
  /** Ends everything that decides and starts it again. @returns ms from the start until all of it says that it is ready */
  readonly restart: () => Promise<number>;
}

/** The benchmark itself: its CPU is shown, not added up. */
export const client: ProcessRoot = { name: 'client', pid: process.pid };

/** One process with embedded PostgreSQL (fsync on) and the in-process transport. */
export async function standaloneTarget(env: Readonly<Record<string, string>> = {}): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'orquestra-bench-'));
  await chmod(dataDir, 0o755); // as root the database runs as another user
  const group = new ProcessGroup();
  const end = async (): Promise<void> => {
    await group.end();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const { url, process: standalone } = await startStandalone(group, { dataDir, env: { ORQUESTRA_EXAMPLES: 'false', ...env } });
    await standalone.line(/OrquestraX is running/); // written just before
    const state = JSON.parse(await readFile(join(dataDir, 'standalone.json'), 'utf8')) as { databaseUrl: string };
    return {
      name: 'standalone',
      url,
      databaseUrl: state.databaseUrl,
      roots: () => [{ name: 'standalone', pid: standalone.pid ?? 0 }, client],
      restart: () => restarted([standalone]),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** @returns ms from the start until all are ready */
export async function restarted(processes: readonly TestProcess[]): Promise<number> {
  await Promise.all(processes.map((one) => one.stop()));
  const begun = performance.now();
  await Promise.all(processes.map((one) => one.start()));
  return performance.now() - begun;
}
