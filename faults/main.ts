import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { PgCluster, RabbitNode, say, textTable } from '#libs/testing';
import { scenarios, unavailable } from './catalogue.js';
import { faultOptions, usage, type FaultOptions } from './options.js';
import { writePages } from './pages.js';
import { failedReport, joined, type Report, reportOf, type ScenarioReport } from './report.js';
import { reportTable } from './report-table.js';
import type { Scale } from './run.js';
import { runScenario } from './run-scenario.js';
import type { Scenario, Unavailable } from './scenario.js';

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

/** What cannot run here, with what cannot run on this machine. */
const missingHere = (wanted: readonly Scenario[]): Unavailable[] => [
  ...unavailable,
  ...wanted.flatMap(({ id, title, unfit }) => {
    const reason = unfit?.();
    return reason === undefined ? [] : [{ id, title, reason }];
  }),
];

function listText(): string {
  const head = ['', 'scenario', 'what is done', 'must hold'];
  const rows = scenarios.map(({ id, title, inject, mustHold, isSmoke }) => [
    id,
    `${title}${isSmoke ? ' (smoke)' : ''}`,
    inject,
    mustHold,
  ]);
  const missing = missingHere(scenarios).map(({ id, title, reason }) => `  ${id} ${title}: ${reason}`);
  return [textTable(head, rows), ...(missing.length > 0 ? ['Not run here:', ...missing] : [])].join('\n');
}

/** A scenario that hangs is given up, and the next one goes on. */
const longestMs: Readonly<Record<Scale, number>> = { smoke: 15 * 60_000, matrix: 90 * 60_000, full: 8 * 3_600_000 };

async function runAll(options: FaultOptions, kept: (all: readonly ScenarioReport[]) => Promise<void>): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  for (const seed of options.seeds)
    for (const scenario of options.scenarios.filter((one) => one.unfit?.() === undefined)) {
      endWithSignals();
      reports.push(await runOne(scenario, seed, options));
      if (isEnding) await new Promise(() => undefined); // the signal ends the process when all is put away
      await resources.disposeAsync();
      resources = new AsyncDisposableStack();
      await kept(reports);
    }
  return reports;
}

/** Whatever happens in it, it comes to a report. */
async function runOne(scenario: Scenario, seed: number, { scale, minutes, points, logs }: FaultOptions): Promise<ScenarioReport> {
  const begun = performance.now();
  const failed = (why: string): ScenarioReport => {
    if (!isEnding) say(`  error: ${why}`);
    return failedReport(scenario, seed, Math.round((performance.now() - begun) / 1_000), why);
  };
  const mostMs = longestMs[scale] + (minutes ?? 0) * 60_000;
  const limit = new AbortController();
  const late = delay(mostMs, undefined, limit).then(() => failed(`it did not end within ${mostMs / 60_000} min`));
  late.catch(() => undefined); // the usual case: it was not needed
  const running = runScenario(scenario, seed, { scale, minutes, points, logs }, resources).catch((error: unknown) =>
    failed(String((error as Error).stack ?? error)),
  );
  return Promise.race([running, late]).finally(() => limit.abort());
}

async function main(args: readonly string[]): Promise<void> {
  const options = faultOptions(args, scenarios, randomInt(2 ** 32 - 1));
  if (options.help) return void process.stdout.write(`${usage}\n`);
  if (options.list) return void process.stdout.write(`${listText()}\n`);
  if (options.from.length > 0) return show(joined(await Promise.all(options.from.map(keptReport))), options);
  const missing = [...(PgCluster.isInstalled() ? [] : ['PostgreSQL']), ...(RabbitNode.isInstalled() ? [] : ['RabbitMQ'])];
  if (missing.length > 0)
    throw new RangeError(`expected ${missing.join(' and ')} to be installed: the faults need servers of their own`);
  say(`${options.seeds.length === 1 ? 'seed' : 'seeds'} ${options.seeds.join(', ')}`);
  for (const { id, unfit } of options.scenarios) if (unfit?.() !== undefined) say(`${id} is left out: ${unfit()}`);
  const startedAt = new Date();
  const keep = async (reports: readonly ScenarioReport[]): Promise<Report> => {
    const report = reportOf(reports, missingHere(options.scenarios), options.seeds, options.scale, startedAt);
    if (options.out !== undefined) await writeFile(options.out, documentOf(report));
    return report;
  };
  await show(await keep(await runAll(options, async (reports) => void (await keep(reports)))), options);
}

const keptReport = async (path: string): Promise<Report> => JSON.parse(await readFile(path, 'utf8')) as Report;
const documentOf = (report: Report): string => `${JSON.stringify(report, undefined, 2)}\n`;

async function show(report: Report, { json, writeDocs }: FaultOptions): Promise<void> {
  process.stdout.write(json ? documentOf(report) : `\n${reportTable(report)}\n`);
  if (writeDocs) (await writePages(report, scenarios)).forEach((path) => say(`${path} written`));
  if (report.totals.held < report.totals.scenarios) process.exitCode = 1;
}

// What a scenario that was given up still waits for fails when its servers go.
process.on('unhandledRejection', (error) => isEnding || say(`left behind: ${String(error)}`));
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
// What a scenario that was given up has left behind may go on for ever.
process.stdout.write('', () => process.exit());
