import { readdirSync, readFileSync } from 'node:fs';

/** A process whose resources are counted under a name, with everything it started. */
export interface ProcessRoot {
  readonly name: string;
  readonly pid: number;
}

export interface ProcStat {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** Clock ticks of CPU: own, and of children that have ended. */
  readonly ticks: number;
}

/** What runs under another name than the process that started it. */
const servers: Readonly<Record<string, string>> = { postgres: 'postgresql', 'beam.smp': 'rabbitmq' };

/** Roots and their descendants with the names they count under. Empty where there is no /proc (not Linux). */
export function processesOf(roots: readonly ProcessRoot[]): { readonly name: string; readonly stat: ProcStat }[] {
  const all = readAll();
  const children = Map.groupBy(all, (stat) => stat.parent);
  const byPid = new Map(all.map((stat) => [stat.pid, stat]));
  const rootPids = new Set(roots.map((root) => root.pid)); // the benchmark itself has started all the others
  const found: { name: string; stat: ProcStat }[] = [];
  const add = (stat: ProcStat, name: string): void => {
    const own = servers[stat.command] ?? name;
    found.push({ name: own, stat });
    for (const child of children.get(stat.pid) ?? []) if (!rootPids.has(child.pid)) add(child, own);
  };
  for (const { name, pid } of roots) {
    const stat = byPid.get(pid);
    if (stat !== undefined) add(stat, name);
  }
  return found;
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
