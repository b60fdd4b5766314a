import { OrquestraClient } from '#libs/client';
import { PgCluster, RabbitNode } from '#libs/testing';
import { cpuBetween, cpuTimes } from './cpu.js';
import { engineCosts, engineTable, type EngineCost } from './engine-cost.js';
import { benchOptions, usage, type BenchOptions } from './options.js';
import { machine, rowOf, tableOf, type Repetition, type Row } from './report.js';
import { standaloneTarget, type Target } from './targets.js';
import { failTwice, fanOut, manyChains, oneAtATime, registerAll, type Workload } from './workloads.js';

/** Work before measuring: compiled code, warm connections, known queues. */
const warmUp = { chains: 200, idle: 20 };

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function measure(target: Target, options: BenchOptions): Promise<Row[]> {
  const client = new OrquestraClient({ baseUrl: target.url });
  const { chains, idle, width } = options.load;
  await registerAll(client, width);
  for (const workload of [manyChains(warmUp.chains), oneAtATime(1, warmUp.idle), fanOut(width)]) await workload(client);
  const workloads = [manyChains(chains), oneAtATime(1, idle), oneAtATime(5, idle), fanOut(width), failTwice(idle)];
  const rows: Row[] = [];
  for (const workload of workloads) {
    const repetitions: Repetition[] = [];
    while (repetitions.length < options.repetitions) repetitions.push(await once(workload, client, target));
    const row = rowOf(target.name, repetitions);
    say(`  ${row.workload}: ${row.stepsPerSecond} steps/s, p50 ${row.p50Ms} ms`);
    rows.push(row);
  }
  return rows;
}

async function once(workload: Workload, client: OrquestraClient, target: Target): Promise<Repetition> {
  const before = cpuTimes(target.cpuRoots());
  const measured = await workload(client);
  return { measured, cpuSeconds: cpuBetween(before, cpuTimes(target.cpuRoots())) };
}

/** What a cluster needs and this machine does not have, in words. */
function missingServers(): string | false {
  const missing = [...(PgCluster.isInstalled() ? [] : ['PostgreSQL']), ...(RabbitNode.isInstalled() ? [] : ['RabbitMQ'])];
  return missing.length > 0 && `${missing.join(' and ')} not installed`;
}

async function open(name: 'standalone' | 'cluster', options: BenchOptions): Promise<Target> {
  say(`starting ${name}`);
  if (name === 'standalone') return standaloneTarget();
  const { clusterTarget } = await import('./cluster-target.js');
  return clusterTarget(options);
}

let isEnding = false;

/** Ctrl-C leaves nothing behind either. */
function endWithSignals(target: Target): void {
  const end = async (): Promise<void> => {
    isEnding = true;
    await target[Symbol.asyncDispose]();
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(signal).once(signal, () => void end());
}

function measureEngine({ repetitions, json }: BenchOptions): void {
  const costs: EngineCost[] = [];
  for (const cost of engineCosts(repetitions)) {
    costs.push(cost);
    say(`  ${cost.shape} of ${cost.steps}: ${cost.microsecondsPerEvent.toFixed(1)} µs an event`);
  }
  process.stdout.write(json ? `${JSON.stringify({ machine: machine(), costs }, undefined, 2)}\n` : `\n${engineTable(costs)}\n`);
}

async function main(args: readonly string[]): Promise<void> {
  const options = benchOptions(args);
  if (options.help) return void process.stdout.write(`${usage}\n`);
  if (options.engine) return measureEngine(options);
  const rows: Row[] = [];
  for (const name of options.targets) {
    const missing = name === 'cluster' && missingServers();
    if (missing && options.targets.length > 1) {
      say(`leaving the cluster out: ${missing}`);
      continue;
    }
    await using target = await open(name, options);
    endWithSignals(target);
    rows.push(...(await measure(target, options)));
  }
  process.stdout.write(
    options.json ? `${JSON.stringify({ machine: machine(), options, rows }, undefined, 2)}\n` : `\n${tableOf(rows)}\n`,
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // What was under way fails when the servers go; the signal is the reason, and said.
  if (isEnding) await new Promise(() => undefined);
  const isUsage = error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  say(isUsage ? `${(error as Error).message}\n${usage}` : String((error as Error).stack));
  process.exitCode = isUsage ? 2 : 1;
}
