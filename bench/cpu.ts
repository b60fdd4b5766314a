import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of processes and their descendants from /proc, by name. Empty where there is no /proc (not Linux). */
export type CpuTimes = ReadonlyMap<string, number>;

export interface CpuRoot {
  readonly name: string;
  readonly pid: number;
}

interface ProcStat {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** Clock ticks: own, and of children that have ended. */
  readonly ticks: number;
}

/** Ticks a second: 100 on every Linux that matters (USER_HZ). */
const ticksPerSecond = 100;

/** What runs under another name than the process that started it. */
const servers: Readonly<Record<string, string>> = { postgres: 'postgresql', 'beam.smp': 'rabbitmq' };

/** Seconds used so far. Roots of one name are added up; databases and brokers are told apart from those who started them. */
export function cpuTimes(roots: readonly CpuRoot[]): CpuTimes {
  const all = readAll();
  const children = new Map<number, ProcStat[]>();
  for (const stat of all) children.set(stat.parent, [...(children.get(stat.parent) ?? []), stat]);
  const byPid = new Map(all.map((stat) => [stat.pid, stat]));
  const rootPids = new Set(roots.map((root) => root.pid)); // the benchmark itself has started all the others
  const times = new Map<string, number>();
  const add = (stat: ProcStat, name: string): void => {
    const own = servers[stat.command] ?? name;
    times.set(own, (times.get(own) ?? 0) + stat.ticks / ticksPerSecond);
    for (const child of children.get(stat.pid) ?? []) if (!rootPids.has(child.pid)) add(child, own);
  };
  for (const { name, pid } of roots) {
    const stat = byPid.get(pid);
    if (stat !== undefined) add(stat, name);
  }
  return times;
}

/** Seconds used between two readings, by name, largest first. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): Record<string, number> {
  const used = [...after].map(([name, seconds]) => [name, Math.max(0, seconds - (before.get(name) ?? 0))] as const);
  return Object.fromEntries(used.sort((a, b) => b[1] - a[1]));
}

function readAll(): ProcStat[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => readOne(pid) ?? []);
  } catch {
    return [];
  }
}

function readOne(pid: string): ProcStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined; // it has just ended
  }
}

/** proc(5): the command stands in parentheses and may hold anything. */
export function parseStat(line: string): ProcStat {
  const from = line.indexOf('(');
  const to = line.lastIndexOf(')');
  const fields = line.slice(to + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { pid: Number(line.slice(0, from)), parent: Number(fields[1]), command: line.slice(from + 1, to), ticks };
}
