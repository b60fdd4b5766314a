import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { commandLine, isAlive, waitFor } from './alive.js';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-error.js';
import type { RunAs } from './run-as.js';

/** Durable (fsync and synchronous commit on), modest in memory, only for this machine. */
const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=128MB',
  'max_connections=100',
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  'wal_level=minimal',
  'max_wal_senders=0',
  'fsync=on',
  'synchronous_commit=on',
  'autovacuum_naptime=15s',
  'log_min_messages=warning',
  'password_encryption=scram-sha-256',
];

const START_MS = 120_000; // recovery after a crash replays up to `max_wal_size`
const STOP_MS = 60_000;

const LEFT_OVER_MS = 15_000;

export interface Launch {
  readonly binaries: Binaries;
  readonly cluster: string;
  readonly user: RunAs;
  readonly port: number;
  readonly logFile: string;
}

interface Postmaster {
  readonly pid: number;
  readonly isReady: boolean;
}

/**
 * A server on a cluster, in a session of its own: a Ctrl-C at our terminal stops us first, and we stop it. When the last one was
 * killed, its children may hold on to the shared memory for a moment: then it tries again.
 */
export async function startServer(launch: Launch): Promise<ChildProcess> {
  const until = performance.now() + LEFT_OVER_MS;
  for (;;) {
    const { child, failure } = await tryStart(launch);
    if (failure === undefined) return child;
    const isHeld = /shared memory block .* still in use|lock file .* already exists/s.test(failure);
    if (isHeld && performance.now() < until) continue;
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `PostgreSQL did not start on ${launch.cluster}: ${failure} (its log: ${launch.logFile})`,
    );
  }
}

async function tryStart({ binaries, cluster, user, port, logFile }: Launch): Promise<{ child: ChildProcess; failure?: string }> {
  await using log = await open(logFile, 'a');
  const child = spawn(binaries.postgres, ['-D', cluster, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])], {
    ...user,
    cwd: dirname(binaries.postgres),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, LC_MESSAGES: 'C' },
  });
  let broken: Error | undefined;
  child.once('error', (error) => (broken = error));
  child.unref();
  // The file may still be that of a server that was killed.
  const isReady = async (): Promise<boolean> => {
    const found = await postmaster(cluster);
    return found !== undefined && found.pid === child.pid && found.isReady;
  };
  const isDecided = async (): Promise<boolean> => broken !== undefined || hasEnded(child) || (await isReady());
  if (!(await waitFor(isDecided, START_MS))) child.kill('SIGQUIT');
  if (broken === undefined && !hasEnded(child) && (await isReady())) return { child };
  return { child, failure: broken?.message ?? (await lastLines(logFile)) };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Fast shutdown with a checkpoint. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  child.kill('SIGINT');
  if (!(await waitFor(() => hasEnded(child), STOP_MS))) child.kill('SIGQUIT');
}

/** Stops a server left behind on this cluster by a process of ours that was killed. */
export async function stopLeftOver(cluster: string): Promise<void> {
  const left = await postmaster(cluster);
  if (left === undefined) return;
  const command = await commandLine(left.pid);
  if (command === undefined || !command.includes('postgres') || !command.includes(cluster)) {
    // That server is gone, though its pid may live on as another program, which would keep PostgreSQL from starting.
    if (command !== undefined) await rm(join(cluster, 'postmaster.pid'), { force: true });
    return;
  }
  process.kill(left.pid, 'SIGINT');
  if (await waitFor(() => !isAlive(left.pid), STOP_MS)) return;
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `PostgreSQL process ${left.pid} is left over on ${cluster} and does not stop: stop it by hand`,
  );
}

/** The wanted port if it is free, else any. */
export async function freePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && (await listenOnce(wanted).catch(() => undefined)) !== undefined) return wanted;
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as { port: number };
      server.close(() => resolve(address.port));
    });
  });
}

/** `postmaster.pid`: pid on line 1, state on line 8. */
async function postmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined;
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-3).join(' · ');
}
