import { readFileSync } from 'node:fs';
import { processesOf, type ProcessRoot } from './processes.js';

/** Memory by name, MiB. */
export type Memory = Readonly<Record<string, number>>;

/**
 * Proportional set size: pages that several processes share (PostgreSQL's buffers) count once in all, so that the parts may be added up.
 * Processes whose memory may not be read (another user's) are left out.
 */
export function memoryOf(roots: readonly ProcessRoot[]): Memory {
  const bytes: Record<string, number> = {};
  for (const { name, stat } of processesOf(roots)) bytes[name] = (bytes[name] ?? 0) + pssOf(stat.pid);
  return Object.fromEntries(Object.entries(bytes).map(([name, sum]) => [name, Math.round(sum / 2 ** 20)]));
}

function pssOf(pid: number): number {
  try {
    return parsePss(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  } catch {
    return 0;
  }
}

/** @returns bytes */
export const parsePss = (text: string): number => Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1_024;
