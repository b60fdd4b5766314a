import { processesOf, type ProcessRoot } from './processes.js';

/** CPU time of processes and their descendants, by name. */
export type CpuTimes = ReadonlyMap<string, number>;

/** Ticks a second: 100 on every Linux that matters (USER_HZ). */
const ticksPerSecond = 100;

/** Seconds used so far. Roots of one name are added up; databases and brokers are told apart from those who started them. */
export function cpuTimes(roots: readonly ProcessRoot[]): CpuTimes {
  const times = new Map<string, number>();
  for (const { name, stat } of processesOf(roots)) times.set(name, (times.get(name) ?? 0) + stat.ticks / ticksPerSecond);
  return times;
}

/** Seconds used between two readings, by name, largest first. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): Record<string, number> {
  const used = [...after].map(([name, seconds]) => [name, Math.max(0, seconds - (before.get(name) ?? 0))] as const);
  return Object.fromEntries(used.sort((a, b) => b[1] - a[1]));
}
