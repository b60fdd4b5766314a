// `npm test [-- <jest arguments>]`: every test, with what this machine has.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { chooseServers } from './servers.mjs';
import { foregroundNode } from './spawn.mjs';

/**
 * Tests that start whole processes run one after the other, after the others. A worker of Jest keeps what ES modules have left behind; past the limit
 * it is replaced between two suites. (In one process, hundreds of suites pass the heap limit of Node.)
 */
const patience = '--testTimeout=20000'; // servers are slow to begin with on a busy machine
const rounds = [
  ['unit', 'console', 'integration', '--maxWorkers=2', '--workerIdleMemoryLimit=1GB', patience],
  ['e2e', '--maxWorkers=1', '--workerIdleMemoryLimit=1GB', patience],
];

export async function test(args) {
  await ensureInstalled();
  await ensureBuilt();
  const servers = await chooseServers();
  process.stderr.write(`${servers.line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'orquestra-test-'));
  try {
    const results = [];
    for (const [index, round] of rounds.entries()) {
      const projects = round.filter((word) => !word.startsWith('--'));
      const options = round.filter((word) => word.startsWith('--'));
      const result = await runRound(projects, [...options, ...args], servers.env, join(folder, `${index}.json`));
      results.push(await secondLook(result, projects, servers.env, join(folder, `${index}-again.json`)));
    }
    return report(results);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runRound(projects, args, env, file) {
  const status = await foregroundNode(
    [...jest, '--selectProjects', ...projects, '--passWithNoTests', '--json', `--outputFile=${file}`, ...args],
    { ...env, NODE_ENV: 'test' },
  );
  return { status, ...counts(file) };
}

/** Suites at most that are run again: more than that is no accident of timing. */
const secondLooksAtMost = 4;

/**
 * Tests that start real processes and kill them share two cores with one another. A suite that fails is run once more, alone; what passes then is
 * counted as passed and named, so that nobody takes it for steady.
 */
async function secondLook(first, projects, env, file) {
  const { suites } = first;
  if (suites.length === 0 || suites.length > secondLooksAtMost) return first;
  process.stdout.write(`Running again, alone: ${suites.join(' ')}\n`);
  const again = await runRound(projects, ['--runInBand', patience, '--runTestsByPath', ...suites], env, file);
  for (const suite of suites.filter((path) => !again.suites.includes(path)))
    process.stdout.write(`UNSTEADY ${suite}: failed at first, passed alone\n`);
  if (again.status !== 0) return { ...first, failed: again.failed };
  return { ...first, status: 0, passed: first.passed + first.failed, failed: 0, suites: [] };
}

export const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

/** Suites that did not even run count as one failure each. */
function counts(file) {
  try {
    const json = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: json.numPassedTests,
      failed: json.numFailedTests + json.numRuntimeErrorTestSuites,
      skipped: json.numPendingTests,
      suites: json.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name),
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0, suites: [] };
  }
}

function report(results) {
  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  const status = results.find((result) => result.status !== 0)?.status ?? 0;
  const failed = sum('failed') + (status !== 0 && sum('failed') === 0 ? 1 : 0);
  if (sum('skipped') > 0) process.stdout.write(`${sum('skipped')} skipped\n`);
  process.stdout.write(`${sum('passed')} passed, ${failed} failed\n`);
  return status;
}
