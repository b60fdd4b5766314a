import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PgCluster, ProcessGroup, RabbitNode, type TestProcess } from '#libs/testing';
import type { Report } from './report.js';

const withServers = (PgCluster.isInstalled() && RabbitNode.isInstalled()) || process.env['CI'] ? describe : describe.skip;

/** Times and targets of the run; another one with `ORQUESTRA_TEST_SEED`. */
const seed = process.env['ORQUESTRA_TEST_SEED'] ?? '1';

withServers('npm run faults', () => {
  let folder: string;
  let group: ProcessGroup;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orquestra-smoke-'));
    await chmod(folder, 0o755); // as root the servers run as other users
    group = new ProcessGroup();
  });
  afterEach(async () => {
    await group.end();
    await rm(folder, { recursive: true });
  });

  /** With a folder for temporary files of its own. */
  const start = (...args: string[]): Promise<TestProcess> =>
    group.start({ name: 'faults', entry: 'dist/faults/main.js', args, env: { TMPDIR: folder } });

  it('holds in every scenario of the smoke set, and leaves nothing behind', async () => {
    const out = join(folder, 'report.json');
    const run = await start('--smoke', '--seed', seed, '--out', out);
    const { code } = (await run.end())!;
    const { scenarios, totals } = JSON.parse(await readFile(out, 'utf8')) as Report;
    const bad = scenarios.filter(({ outcome }) => outcome !== 'held');
    expect(bad.map(({ id, outcome, violations, notes }) => ({ id, outcome, violations, notes }))).toEqual([]);
    expect([code, totals.violations]).toEqual([0, 0]);
    expect(totals.scenarios).toBeGreaterThanOrEqual(3);
    expect(totals.executions).toBeGreaterThan(1_000);
    expect(await readdir(folder)).toEqual(['report.json']);
  }, 900_000);

  it('ends at once with Ctrl-C, and leaves nothing behind', async () => {
    const run = await start('--scenario', 'F3', '--seed', seed);
    await run.line(/starts acknowledged/, { timeoutMs: 120_000 });
    process.kill(run.pid!, 'SIGINT');
    expect(await run.end()).toEqual({ code: 130, signal: null });
    expect(await readdir(folder)).toEqual([]);
  }, 240_000);
});
