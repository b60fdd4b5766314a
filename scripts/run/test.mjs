// `npm test [-- <jest arguments>]`: every test, with what this machine has.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { chooseServers } from './servers.mjs';
import { foregroundNode } from './spawn.mjs';

/** Tests that start whole processes run one after the other, after the others. */
const rounds = [
  ['unit', 'console', 'integration'],
  ['e2e', '--runInBand'],
];

export async function test(args) {
  await ensureInstalled();
  await ensureBuilt();
  const servers = await chooseServers();
  process.stderr.write(`${servers.line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'orquestra-test-'));
  try {
    const results = [];
    for (const [index, round] of rounds.entries())
      results.push(await runRound(round, args, servers.env, join(folder, `${index}.json`)));
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

export const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

/** Suites that did not even run count as one failure each. */
function counts(file) {
  try {
    const json = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: json.numPassedTests,
      failed: json.numFailedTests + json.numRuntimeErrorTestSuites,
      skipped: json.numPendingTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
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
