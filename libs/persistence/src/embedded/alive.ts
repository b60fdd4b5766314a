import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Command line of a running program; undefined when it is gone or cannot be seen. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (fromProc !== undefined) return fromProc.replaceAll('\0', ' ');
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

/** What tells this run of a pid from a later one: its start time where the system says it (Linux), else nothing. */
export async function bornAt(pid: number): Promise<string> {
  return (await statOf(pid))[19] ?? '';
}

/** Killed, and only not yet waited for by its parent, which may never happen: it holds nothing any more. Told on Linux only. */
export async function isZombie(pid: number): Promise<boolean> {
  return ['Z', 'X'].includes((await statOf(pid))[0] ?? '');
}

/** Fields of `/proc/<pid>/stat` from the third on: the name before them, in parentheses, may hold spaces. */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Waits until `isDone`, looking every 20 ms. @returns false when that took longer than `timeoutMs` */
export async function waitFor(isDone: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (!(await isDone())) {
    if (performance.now() > until) return false;
    await setTimeout(20);
  }
  return true;
}
