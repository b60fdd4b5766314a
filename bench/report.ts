import { cpus, totalmem } from 'node:os';
import type { Measured } from './workloads.js';
import { median, percentile } from './statistics.js';

/** One repetition of a workload with the CPU it took, in seconds by process name. */
export interface Repetition {
  readonly measured: Measured;
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

/** What stands in a row of the table: medians over the repetitions. */
export interface Row {
  readonly target: string;
  readonly workload: Measured['workload'];
  readonly repetitions: number;
  readonly stepsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Microseconds a step, by process; and of all services together. */
  readonly cpuUsPerStep: Readonly<Record<string, number>>;
  readonly cpuUsPerStepInAll: number;
}

const title: Readonly<Record<Measured['workload'], string>> = {
  W1: 'W1 chains of 5, many at once',
  'W2-1': 'W2 one idle step',
  'W2-5': 'W2 five idle steps',
  W3: 'W3 fan-out, joined',
  W5: 'W5 two failures, then success',
};

export function rowOf(target: string, repetitions: readonly Repetition[]): Row {
  const [first] = repetitions;
  if (first === undefined) throw new RangeError('expected at least one repetition');
  const names = new Set(repetitions.flatMap((one) => Object.keys(one.cpuSeconds)));
  const usPerStep = (name: string): number =>
    Math.round(median(repetitions.map((one) => ((one.cpuSeconds[name] ?? 0) * 1e6) / one.measured.steps)));
  const cpuUsPerStep = Object.fromEntries([...names].map((name) => [name, usPerStep(name)]));
  const rate = ({ measured: { steps, ms } }: Repetition): number => (steps * 1_000) / ms.reduce((sum, one) => sum + one, 0);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return {
    target,
    workload: first.measured.workload,
    repetitions: repetitions.length,
    stepsPerSecond: Math.round(median(repetitions.map(rate))),
    p50Ms: rounded(median(repetitions.map((one) => percentile(one.measured.ms, 0.5)))),
    p99Ms: rounded(median(repetitions.map((one) => percentile(one.measured.ms, 0.99)))),
    cpuUsPerStep,
    cpuUsPerStepInAll: Object.entries(cpuUsPerStep).reduce((sum, [name, us]) => (name === 'client' ? sum : sum + us), 0),
  };
}

/** What the figures were measured on. */
export const machine = () => ({
  cores: cpus().length,
  processor: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  at: new Date().toISOString(),
});

export function tableOf(rows: readonly Row[]): string {
  const head = ['target', 'workload', 'steps/s', 'p50 ms', 'p99 ms', 'CPU µs/step', 'by process'];
  const body = rows.map((row) => [
    row.target,
    title[row.workload],
    row.stepsPerSecond.toLocaleString('en-US'),
    String(row.p50Ms),
    row.workload === 'W1' || row.workload === 'W3' ? '–' : String(row.p99Ms),
    String(row.cpuUsPerStepInAll),
    Object.entries(row.cpuUsPerStep)
      .map(([name, us]) => `${name} ${us}`)
      .join(', '),
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...body.map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...body].map(line).join('\n');
}
