import { writeFile } from 'node:fs/promises';
import { machine, PgCluster, RabbitNode, say } from '#libs/testing';
import { engineCosts, engineTable, type EngineCost } from './engine-cost.js';
import { type Finding, findingsTable } from './finding.js';
import { longWorkloads } from './long/long-workloads.js';
import { benchOptions, usage, type BenchOptions, type SetUp } from './options.js';
import { measureOverload, narrowBounds, overloadTable } from './overload/overload.js';
import { memoryTable, rowOf, tableOf, withRatios, type Row } from './report.js';
import { measureScaling, scalingTable } from './scaling/scaling.js';
import { openSession, type Series } from './session.js';
import { standaloneTarget, type Target } from './targets.js';

/** Everything that was started; Ctrl-C ends it too. */
let resources = new AsyncDisposableStack();
let isEnding = false;

function endWithSignals(): void {
  const end = async (): Promise<void> => {
    isEnding = true;
    await resources.disposeAsync();
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(signal).once(signal, () => void end());
}

async function open(name: SetUp, options: BenchOptions, env: Readonly<Record<string, string>> = {}): Promise<Target> {
  say(`starting ${name}`);
  const start = async (): Promise<Target> =>
    name === 'standalone' ? standaloneTarget(env) : (await import('./cluster-target.js')).clusterTarget(options, env);
  const target = resources.use(await start());
  endWithSignals(); // what starts processes has listeners of its own
  return target;
}

/** What a cluster needs and this machine does not have, in words. */
function missingServers(): string | false {
  const missing = [...(PgCluster.isInstalled() ? [] : ['PostgreSQL']), ...(RabbitNode.isInstalled() ? [] : ['RabbitMQ'])];
  return missing.length > 0 && `${missing.join(' and ')} not installed`;
}

function possible(targets: readonly SetUp[]): readonly SetUp[] {
  const missing = targets.includes('cluster') && missingServers();
  if (!missing || targets.length === 1) return targets;
  say(`leaving the cluster out: ${missing}`);
  return ['standalone'];
}

/** Short enough to be repeated. */
const repeated = ['W1', 'W2', 'W3', 'W5', 'W7'];

/** Round by round over all workloads of all targets, so that what else the machine does disturbs them alike. */
async function measureRounds(options: BenchOptions): Promise<Row[]> {
  if (!options.workloads.some((name) => repeated.includes(name))) return [];
  const series: Series[][] = [];
  for (const name of possible(options.targets)) series.push(await openSession(await open(name, options), options, resources));
  const longest = Math.max(...series.map((own) => own.length));
  const alternating = Array.from({ length: longest }, (_, i) => series.flatMap((own) => own[i] ?? [])).flat();
  for (let round = 1; round <= options.repetitions; round += 1) {
    for (const { once, repetitions } of alternating) repetitions.push(await once());
    say(`  round ${round} of ${options.repetitions}`);
  }
  await endAll();
  return withRatios(series.flat().map(({ target, isFloor, repetitions }) => rowOf(target, repetitions, isFloor)));
}

async function endAll(): Promise<void> {
  await resources.disposeAsync();
  resources = new AsyncDisposableStack();
}

/** One after the other, each on servers of its own: their size would be part of what the next one measures. */
async function measureLong(options: BenchOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of possible(options.targets))
    for (const { title, run } of longWorkloads(options)) {
      say(`${title}, ${name}`);
      findings.push(...(await run(await open(name, options))));
      await endAll();
    }
  return findings;
}

function measureEngine(repetitions: number): EngineCost[] {
  const costs: EngineCost[] = [];
  for (const cost of engineCosts(repetitions)) {
    costs.push(cost);
    say(`  ${cost.shape} of ${cost.steps}: ${cost.microsecondsPerEvent.toFixed(1)} µs an event`);
  }
  return costs;
}

/** @returns the result as a document, and as text */
async function measure(options: BenchOptions): Promise<[object, string]> {
  if (options.mode === 'engine') {
    const costs = measureEngine(options.repetitions);
    return [{ costs }, engineTable(costs)];
  }
  if (options.mode === 'scaling') {
    const scaling = await measureScaling(options, (counts, env) => open('cluster', { ...options, counts }, env), endAll);
    return [{ scaling }, scalingTable(scaling)];
  }
  if (options.mode === 'overload') {
    const overload = await measureOverload(await open('standalone', options, narrowBounds), options.seconds);
    await endAll();
    if (!overload.isFlat || overload.mute > 0) process.exitCode = 1;
    return [{ overload }, overloadTable(overload)];
  }
  const rows = await measureRounds(options);
  const findings = await measureLong(options);
  const tables = [
    ...(rows.length === 0 ? [] : [tableOf(rows), memoryTable(rows)]),
    ...(findings.length === 0 ? [] : [findingsTable(findings)]),
  ];
  return [{ options, rows, findings }, tables.join('\n\n')];
}

async function main(args: readonly string[]): Promise<void> {
  const options = benchOptions(args);
  if (options.help) return void process.stdout.write(`${usage}\n`);
  const [result, text] = await measure(options);
  const document = `${JSON.stringify({ machine: machine(), ...result }, undefined, 2)}\n`;
  if (options.out !== undefined) await writeFile(options.out, document);
  process.stdout.write(options.json ? document : `\n${text}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // What was under way fails when the servers go; the signal is the reason, and said.
  if (isEnding) await new Promise(() => undefined);
  await resources.disposeAsync();
  const isUsage = error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  say(isUsage ? `${(error as Error).message}\n${usage}` : String((error as Error).stack));
  process.exitCode = isUsage ? 2 : 1;
}
