import { OrquestraClient } from '#libs/client';
import { median, say, textTable } from '#libs/testing';
import { cpuBetween, cpuTimes } from '../cpu.js';
import { workingChain } from '../definitions.js';
import type { BenchOptions } from '../options.js';
import type { Target } from '../targets.js';
import { allEnded, startMany } from '../workloads.js';

/** A step takes this long without using a core, and a worker runs this many at once: the number of workers is the limit, then the servers. */
const stepMs = 50;
const stepsAtOnce = 50;
const secondsOfWork = 6;
const sizes = [1, 2, 4];

export interface ScalingRow {
  readonly orchestrators: number;
  readonly workers: number;
  /** What so many workers could do if nothing else took time. */
  readonly mostStepsPerSecond: number;
  readonly stepsPerSecond: number;
  /** Cores busy in all, and CPU a step by process. */
  readonly coresBusy: number;
  readonly cpuUsPerStep: Readonly<Record<string, number>>;
}

type Open = (counts: BenchOptions['counts'], env: Readonly<Record<string, string>>) => Promise<Target>;

/** 1, 2 and 4 orchestrators and workers over the same kind of servers, with steps that take time. */
export async function measureScaling(
  { repetitions }: BenchOptions,
  open: Open,
  endAll: () => Promise<void>,
): Promise<ScalingRow[]> {
  const rows: ScalingRow[] = [];
  for (const size of sizes) {
    const target = await open({ orchestrator: size, worker: size }, { ORQUESTRA_WORKER_CONCURRENCY: String(stepsAtOnce) });
    rows.push(await measure(target, size, Math.min(3, repetitions)));
    await endAll();
  }
  return rows;
}

async function measure(target: Target, size: number, repetitions: number): Promise<ScalingRow> {
  const client = new OrquestraClient({ baseUrl: target.url });
  const document = workingChain(stepMs);
  await client.registerDefinition({ document });
  const most = (size * stepsAtOnce * 1_000) / stepMs;
  const count = (most * secondsOfWork) / document.steps.length;
  await run(client, document.name, count / 4);
  const runs: { steps: number; seconds: number; cpu: Record<string, number> }[] = [];
  for (let i = 0; i < repetitions; i += 1) {
    const before = cpuTimes(target.roots());
    const seconds = await run(client, document.name, count);
    const cpu = cpuBetween(before, cpuTimes(target.roots()));
    runs.push({ steps: count * document.steps.length, seconds, cpu });
    say(`  ${size}: ${Math.round((count * document.steps.length) / seconds)} of ${most} steps/s`);
  }
  const names = Object.keys(runs[0]?.cpu ?? {});
  return {
    orchestrators: size,
    workers: size,
    mostStepsPerSecond: most,
    stepsPerSecond: Math.round(median(runs.map(({ steps, seconds }) => steps / seconds))),
    coresBusy: median(runs.map(({ cpu, seconds }) => Object.values(cpu).reduce((sum, one) => sum + one, 0) / seconds)),
    cpuUsPerStep: Object.fromEntries(
      names.map((name) => [name, Math.round(median(runs.map(({ cpu, steps }) => ((cpu[name] ?? 0) * 1e6) / steps)))]),
    ),
  };
}

/** @returns seconds */
async function run(client: OrquestraClient, definition: string, count: number): Promise<number> {
  const begun = performance.now();
  const last = await startMany(client, count, () => ({ definition, input: {} }));
  await Promise.all(last.map((id) => client.waitForInstance(id)));
  await allEnded(client, definition);
  return (performance.now() - begun) / 1_000;
}

export const scalingTable = (rows: readonly ScalingRow[]): string =>
  textTable(
    ['orchestrators', 'workers', 'possible steps/s', 'steps/s', 'share', 'cores busy', 'CPU µs/step by process'],
    rows.map((row) => [
      String(row.orchestrators),
      String(row.workers),
      row.mostStepsPerSecond.toLocaleString('en-US'),
      row.stepsPerSecond.toLocaleString('en-US'),
      (row.stepsPerSecond / row.mostStepsPerSecond).toFixed(2),
      row.coresBusy.toFixed(1),
      Object.entries(row.cpuUsPerStep)
        .map(([name, us]) => `${name} ${us}`)
        .join(', '),
    ]),
  );
