import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProcess } from '#libs/testing';

/** How a process with a clock that can be shifted is told: it takes this file away when it has done so. */
export const clockFile = (pid: number): string => join(tmpdir(), `orquestra-clock-${pid}`);

/** For the environment of such a process. */
export const shiftableClock = { NODE_OPTIONS: '--import=./dist/faults/clock/shifted-clock.js' };

/** From now on the wall clock of a process is so far ahead (or, below 0, behind); 0: as it should be. Resolves when it is. */
export async function shiftClock(process: TestProcess, byMs: number): Promise<void> {
  const { pid, lines } = process;
  if (pid === undefined) throw new Error(`expected ${process.spec.name} to run`);
  const [file, from] = [clockFile(pid), lines.length];
  await writeFile(`${file}.new`, String(byMs));
  await rename(`${file}.new`, file); // whole, when it is seen
  await process.line(new RegExp(`^clock shifted by ${byMs} ms$`), { from });
}
