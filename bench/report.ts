import { median, percentile, textTable } from '#libs/testing';
import { goalOf, titles } from './goals.js';
import type { Memory } from './memory.js';
import type { Measured, WorkloadName } from './workloads.js';

/** One repetition of a workload with the CPU it took, in seconds by process name, and the memory after it. */
export interface Repetition {
  readonly measured: Measured;
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly memory?: Memory;
}

/** What stands in a row of the table: medians over the repetitions. */
export interface Row {
  readonly target: string;
  readonly workload: WorkloadName;
  /** The bare work of the same run, not the product. */
  readonly isFloor: boolean;
  readonly repetitions: number;
  readonly stepsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Microseconds a step, by process; and of all services together. */
  readonly cpuUsPerStep: Readonly<Record<string, number>>;
  readonly cpuUsPerStepInAll: number;
  /** MiB of PSS by process, the most over the repetitions. */
  readonly memory: Memory;
  /** W1: share of the floor's speed. W2: how many times its latency. */
  readonly ofFloor?: number;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

export function rowOf(target: string, repetitions: readonly Repetition[], isFloor = false): Row {
  const [first] = repetitions;
  if (first === undefined) throw new RangeError('expected at least one repetition');
  const names = new Set(repetitions.flatMap((one) => Object.keys(one.cpuSeconds)));
  const usPerStep = (name: string): number =>
    Math.round(median(repetitions.map((one) => ((one.cpuSeconds[name] ?? 0) * 1e6) / one.measured.steps)));
  const cpuUsPerStep = Object.fromEntries([...names].map((name) => [name, usPerStep(name)]));
  const rate = ({ measured: { steps, ms } }: Repetition): number => (steps * 1_000) / ms.reduce((sum, one) => sum + one, 0);
  const memory: Record<string, number> = {};
  for (const one of repetitions)
    for (const [name, mib] of Object.entries(one.memory ?? {})) memory[name] = Math.max(memory[name] ?? 0, mib);
  return {
    target,
    workload: first.measured.workload,
    isFloor,
    repetitions: repetitions.length,
    stepsPerSecond: Math.round(median(repetitions.map(rate))),
    p50Ms: rounded(median(repetitions.map((one) => percentile(one.measured.ms, 0.5)))),
    p99Ms: rounded(median(repetitions.map((one) => percentile(one.measured.ms, 0.99)))),
    cpuUsPerStep,
    cpuUsPerStepInAll: Object.entries(cpuUsPerStep).reduce((sum, [name, us]) => (name === 'client' ? sum : sum + us), 0),
    memory,
  };
}

/** Rows that have a floor in the same run get their ratio to it. */
export function withRatios(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    const floor = rows.find((one) => one.isFloor && one.target === row.target && one.workload === row.workload);
    if (floor === undefined || row.isFloor) return row;
    const ratio = row.workload === 'W1' ? row.stepsPerSecond / floor.stepsPerSecond : row.p50Ms / floor.p50Ms;
    return { ...row, ofFloor: rounded(ratio) };
  });
}

const isWhole = (workload: WorkloadName): boolean => !workload.startsWith('W2') && workload !== 'W5';

export function tableOf(rows: readonly Row[]): string {
  const head = ['target', 'workload', 'steps/s', 'p50 ms', 'p99 ms', 'goal', 'of floor', 'CPU µs/step', 'by process'];
  return textTable(
    head,
    rows.map((row) => [
      row.target,
      row.isFloor ? `${row.workload.slice(0, 2)}   its floor` : titles[row.workload],
      row.stepsPerSecond.toLocaleString('en-US'),
      String(row.p50Ms),
      isWhole(row.workload) ? '–' : String(row.p99Ms),
      row.isFloor ? '–' : (goalOf(row.target, row.workload) ?? '–'),
      row.ofFloor === undefined ? '–' : row.workload === 'W1' ? String(row.ofFloor) : `${row.ofFloor} ×`,
      String(row.cpuUsPerStepInAll),
      Object.entries(row.cpuUsPerStep)
        .map(([name, us]) => `${name} ${us}`)
        .join(', '),
    ]),
  );
}

/** Most memory of every process over all rows of a target, one line a target. */
export function memoryTable(rows: readonly Row[]): string {
  const targets = [...new Set(rows.map(({ target }) => target))];
  return targets
    .map((target) => {
      const most: Record<string, number> = {};
      for (const { memory, isFloor } of rows.filter((row) => row.target === target))
        for (const [name, mib] of isFloor ? [] : Object.entries(memory)) most[name] = Math.max(most[name] ?? 0, mib);
      const parts = Object.entries(most).map(([name, mib]) => `${name} ${mib}`);
      return `memory of ${target}, MiB (PSS, at most): ${parts.join(', ')}`;
    })
    .join('\n');
}
