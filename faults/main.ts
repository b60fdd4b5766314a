import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { PgCluster, RabbitNode, say, textTable } from '#libs/testing';
import { scenarios, unavailable } from './catalogue.js';
import { faultOptions, usage, type FaultOptions } from './options.js';
import { Random } from './random.js';
import { reportOf, reportTable, type ScenarioReport } from './report.js';
import { runScenario } from './run-scenario.js';

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

function listText(): string {
  const head = ['', 'scenario', 'what is done', 'must hold'];
  const rows = scenarios.map(({ id, title, inject, mustHold, isSmoke }) => [
    id,
    `${title}${isSmoke ? ' (smoke)' : ''}`,
    inject,
    mustHold,
  ]);
  const missing = unavailable.map(({ id, title, reason }) => `  ${id} ${title}: ${reason}`);
  return [textTable(head, rows), ...(missing.length > 0 ? ['Not run here:', ...missing] : [])].join('\n');
}

async function runAll({ scenarios: wanted, seed, scale, minutes }: FaultOptions): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  for (const scenario of wanted) {
    endWithSignals();
    reports.push(await runScenario(scenario, new Random(seed).fork(scenario.id), { scale, minutes }, resources));
    await resources.disposeAsync();
    resources = new AsyncDisposableStack();
  }
  return reports;
}

async function main(args: readonly string[]): Promise<void> {
  const options = faultOptions(args, scenarios, randomInt(2 ** 32 - 1));
  if (options.help) return void process.stdout.write(`${usage}\n`);
  if (options.list) return void process.stdout.write(`${listText()}\n`);
  const missing = [...(PgCluster.isInstalled() ? [] : ['PostgreSQL']), ...(RabbitNode.isInstalled() ? [] : ['RabbitMQ'])];
  if (missing.length > 0)
    throw new RangeError(`expected ${missing.join(' and ')} to be installed: the faults need servers of their own`);
  say(`seed ${options.seed}`);
  const startedAt = new Date();
  const reports = await runAll(options);
  const report = reportOf(reports, unavailable, options.seed, options.scale, startedAt);
  const document = `${JSON.stringify(report, undefined, 2)}\n`;
  if (options.out !== undefined) await writeFile(options.out, document);
  process.stdout.write(options.json ? document : `\n${reportTable(report)}\n`);
  if (report.totals.held < report.totals.scenarios) process.exitCode = 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // What was under way fails when the servers go; the signal is the reason, and said.
  if (isEnding) await new Promise(() => undefined);
  await resources.disposeAsync();
  const isUsage = error instanceof RangeError || String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  say(isUsage ? `${(error as Error).message}\n${usage}` : String((error as Error).stack));
  process.exitCode = isUsage ? 2 : 1;
}
