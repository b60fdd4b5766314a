import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMigratedDatabase, createTestDatabase, serverUrl } from '../../../libs/persistence/src/testing/test-database.js';
import { runCli } from './run-cli.js';
import { TestShell } from './testing/test-shell.js';

type Database = Awaited<ReturnType<typeof createMigratedDatabase>>;

const orphan = `INSERT INTO workflow_wakeups (instance_id, bucket, due_at, work)
  VALUES ('019b7a00-0000-7000-8000-000000000001', 1, NULL, 'none')`;

describe('orquestra verify', () => {
  let database: Database;
  let dataDir: string;
  beforeEach(async () => {
    database = await createMigratedDatabase(serverUrl);
    dataDir = await mkdtemp(join(tmpdir(), 'orquestra-verify-'));
  });
  afterEach(async () => {
    await database.drop();
    await rm(dataDir, { recursive: true });
  });

  it('prints instances checked and violations, and exits 0 when there are none', async () => {
    const shell = new TestShell(true, { NO_COLOR: '1', DATABASE_URL: database.url });
    expect(await runCli(['verify'], shell)).toBe(0);
    expect(shell.written).toMatch(/\n✓ 0 instances, 0 events checked, 0 violations \(.+\)\n$/);
    expect(shell.written).toMatch(/^· I3 {12}0 checked, 0 violated {2}one result of each attempt is applied\n/);
  });

  it('names each violation and exits 1', async () => {
    await database.dataSource.query(orphan);
    const [terminal, pipe] = [new TestShell(true, { NO_COLOR: '1' }), new TestShell(false)];
    expect(await runCli(['verify', '--database-url', database.url], terminal)).toBe(1);
    expect(terminal.written).toMatch(
      /✕ I7 {12}1 checked, 1 violated[^]+\n✕ I7 {2}019b7a00-0000-7000-8000-000000000001 {2}rows in .+\n✕ 0 instances, 0 events checked, 1 violation /,
    );
    expect(await runCli(['verify', '--database-url', database.url], pipe)).toBe(1);
    expect(pipe.lines).toEqual([
      { violation: expect.objectContaining({ invariant: 'I7', seq: null }) },
      expect.objectContaining({
        checked: 0,
        events: 0,
        violations: 1,
        invariants: expect.arrayContaining([{ invariant: 'I7', checked: 1, violated: 1 }]),
      }),
    ]);
  });

  it('finds the database of a running server in its data folder', async () => {
    const state = { url: 'http://localhost:1', port: 1, pid: process.pid, databaseUrl: database.url };
    await writeFile(join(dataDir, 'standalone.json'), JSON.stringify(state));
    expect(await runCli(['verify', '--data-dir', dataDir], new TestShell(false))).toBe(0);
  });

  it('says what to do when there is no database, none of ours, or no server', async () => {
    const nowhere = new TestShell(false);
    expect(await runCli(['verify', '--data-dir', dataDir], nowhere)).toBe(2);
    expect(nowhere.complained).toContain('--database-url');

    const empty = await createTestDatabase(serverUrl);
    const foreign = new TestShell(false);
    expect(await runCli(['verify', '--database-url', empty.url], foreign).finally(() => empty.drop())).toBe(1);
    expect(foreign.complained).toContain('npm run db:migrate');

    const gone = new TestShell(false);
    expect(await runCli(['verify', '--database-url', 'postgres://u:secret@127.0.0.1:1/x'], gone)).toBe(1);
    expect(gone.complained).toMatch(/expected PostgreSQL at x at 127\.0\.0\.1:1, but .*ECONNREFUSED/);
    expect(gone.complained).not.toContain('secret');
  });
});
