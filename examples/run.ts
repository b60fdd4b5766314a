import { closest, distance } from 'fastest-levenshtein';
import type { Instance } from '#libs/contracts';
import { narrate, narrateAct } from './narrate.js';
import { registerExample, runScenario } from './run-scenario.js';
import { type Example, examples, type Scenario } from './scenarios.js';
import { findServer, type Server } from './server.js';

/** An example in one of its ways. */
type Run = readonly [example: Example, scenario: Scenario];

/** `npm run example -- <name> [scenario]`: runs an example for real and shows what happens. @returns the exit code */
async function main([name, only]: readonly string[]): Promise<number> {
  if (name === undefined) return list();
  const runs = examples
    .filter((example) => name === 'all' || example.name === name.replace(/^examples\./, ''))
    .flatMap((example) => example.scenarios.map((scenario): Run => [example, scenario]))
    .filter(([, scenario]) => only === undefined || scenario.name === only);
  if (runs.length === 0) return refuse([name, only].join(' ').trim());
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  await using server = await findServer(process.env['ORQUESTRA_URL'], say);
  let wrong = 0;
  for (const run of runs) if (!(await show(server, run, interrupt.signal))) wrong += 1;
  say(`\n${runs.length - wrong} of ${runs.length} ended as expected.`);
  return wrong === 0 ? 0 : 1;
}

/** @returns false when it ended otherwise than expected */
async function show({ client, url, isOwn }: Server, [example, scenario]: Run, signal: AbortSignal): Promise<boolean> {
  say(`\n${example.name} ${scenario.name}: ${scenario.title}\n  input   ${JSON.stringify(scenario.input)}`);
  await registerExample(client, example);
  let begunAt: number | undefined;
  const line = (atMs: number, words: string | undefined): void => {
    begunAt ??= atMs;
    if (words !== undefined) say(`  ${((atMs - begunAt) / 1_000).toFixed(1).padStart(5)} s  ${words}`);
  };
  const { instance, differences } = await runScenario(client, example, scenario, {
    signal,
    onEvent: (event) => line(Date.parse(event.at), narrate(event)),
    onAct: (act) => line(Date.now(), narrateAct(act)),
  });
  say(`  ${ending(instance)}`);
  if (!isOwn) say(`  see     ${url}/instances/${instance.id}`);
  for (const difference of differences) say(`  WRONG   ${difference}`);
  return differences.length === 0;
}

function ending({ status, output, error }: Instance): string {
  const outcome = status === 'completed' ? JSON.stringify(output) : `${error?.code}: ${error?.message}`;
  return `${status}  ${outcome}`;
}

function list(): number {
  say('npm run example -- <name> [scenario], or all\n');
  for (const { name, title, scenarios } of examples) {
    say(`${name.padEnd(11)}${title}`);
    for (const scenario of scenarios) say(`${' '.repeat(11)}  ${scenario.name.padEnd(16)}${scenario.title}`);
  }
  return 0;
}

function refuse(wanted: string): number {
  const names = examples.flatMap(({ name, scenarios }) => [name, ...scenarios.map((scenario) => `${name} ${scenario.name}`)]);
  const near = closest(wanted, names);
  const hint = distance(wanted, near) <= 2 ? `Did you mean ${near}?` : 'What there is: npm run example';
  console.error(`expected the name of an example (and of one of its scenarios), but was "${wanted}".\n${hint}`);
  return 2;
}

const say = (text: string): void => console.log(text);

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof Error && error.name === 'AbortError') return 130; // interrupted; its own server is gone
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
