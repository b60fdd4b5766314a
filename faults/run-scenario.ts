import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say, saying } from '#libs/testing';
import { Sampler } from './checks/sampler.js';
import type { StoredFacts } from './checks/stored-facts.js';
import { judge } from './judge.js';
import { Random } from './random.js';
import { scenarioReport, type ScenarioReport } from './report.js';
import { measuresText } from './report-table.js';
import { Run, type RunSettings } from './run.js';
import type { Scenario } from './scenario.js';
import { World } from './world/world.js';

/** A scenario in a world of its own, from the start of its processes to its report. Everything is in `resources`, and gone at the end. */
export async function runScenario(
  scenario: Scenario,
  seed: number,
  settings: RunSettings,
  resources: AsyncDisposableStack,
): Promise<ScenarioReport> {
  say(`${scenario.id} ${scenario.title}: ${scenario.inject} (seed ${seed})`);
  const world = resources.use(await World.open(scenario.world));
  const run = resources.use(new Run(scenario, world, new Random(seed).fork(scenario.id), settings));
  using _ = saying(() => progressOf(run));
  // whatever becomes of it, also when it is given up
  if (settings.logs !== undefined) resources.defer(() => keepLogs(world, join(settings.logs!, `${scenario.id}-${seed}`)));
  await using sampler = new Sampler(world, () => run.workload.acknowledged.length);
  let stored: StoredFacts | undefined;
  let interrupted = 0;
  const { notes } = run;
  try {
    await scenario.run(run);
    ({ stored, interrupted } = await judge(run, () => sampler.result));
  } catch (error) {
    notes.push(String((error as Error).stack ?? error), ...(await tails(world)));
  }
  const isError = stored === undefined;
  const report = scenarioReport(run, seed, stored, interrupted, notes, isError);
  report.notes.forEach((text) => say(`    ${text}`));
  if (report.outcome !== 'held')
    report.violations.slice(0, 10).forEach(({ invariant, message }) => say(`    ${invariant}: ${message}`));
  say(`  ${report.outcome} after ${report.seconds} s\n${measuresText(report)}`);
  return report;
}

function progressOf({ workload, world, faults, history }: Run): string {
  const { executions } = world.ledger;
  return `${workload.acknowledged.length} of ${workload.operations.length} starts acknowledged, ${history.calls.length} calls, ${executions.length} executions, ${faults.length} faults`;
}

async function keepLogs({ cluster }: World, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { spec, lines } of cluster.members) await writeFile(join(folder, `${spec.name}.log`), `${lines.join('\n')}\n`);
  } catch (error) {
    say(`    logs could not be kept: ${String(error)}`);
  }
}

/** The last lines of every process that is not as it should be. */
async function tails({ cluster }: World): Promise<string[]> {
  return cluster.members.filter(({ isRunning }) => !isRunning).map((one) => `${one.spec.name} is not running:\n${one.tail(15)}`);
}
