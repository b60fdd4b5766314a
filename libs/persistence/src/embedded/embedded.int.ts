import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Client } from 'pg';
import { bornAt, isAlive, isZombie, waitFor } from './alive.js';
import { lockFolder } from './folder-lock.js';
import { startEmbeddedPostgres } from './start-embedded.js';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // The server may be stopped under this connection.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

// A start with initdb takes under a second on an idle machine; this is for one that is not.
jest.setTimeout(60_000);

describe('startEmbeddedPostgres', () => {
  let dataDir: string;

  beforeEach(async () => {
    const parent = await mkdtemp(join(tmpdir(), 'orquestra-embedded-'));
    await chmod(parent, 0o755);
    dataDir = join(parent, 'data');
  });
  afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

  const serverPid = async () => Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

  it('keeps data and port over restarts, durably', async () => {
    const stages: string[] = [];
    const first = await startEmbeddedPostgres({ dataDir, onProgress: (text) => stages.push(text) });
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    expect(
      await query(first.url, `SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')`),
    ).toEqual(Array.from({ length: 3 }, () => ({ setting: 'on' })));
    await first.stop();
    await first.stop();
    expect(stages.join('\n')).toContain('making the data folder');
    const second = await startEmbeddedPostgres({ dataDir });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('refuses a second start on the same folder, naming who has it', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    const refusal = await startEmbeddedPostgres({ dataDir }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    await first.stop();
  });

  it('takes over from a server left behind by a killed process, and from its lock', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS answer');
    const left = await serverPid();
    // As `kill -9` of the process would leave it: the server runs, the lock names a pid that is gone.
    const gone = spawn(process.execPath, ['-e', '0']);
    await once(gone, 'exit');
    await writeFile(join(dataDir, 'orquestra.lock'), JSON.stringify({ pid: gone.pid, bornAt: '1' }));
    const second = await startEmbeddedPostgres({ dataDir });
    expect(isAlive(left) && (await serverPid()) === left).toBe(false);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 1 }]);
    await second.stop();
    await first.stop();
  });

  it('recovers what was committed when the server itself is killed', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS answer');
    const pid = await serverPid();
    process.kill(pid, 'SIGKILL');
    await waitFor(() => !isAlive(pid), 10_000);
    await first.stop();
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 7 }]);
    await second.stop();
  });

  it('begins anew when it was killed while making the data folder', async () => {
    await mkdir(join(dataDir, 'postgres.new', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'postgres.json'), '{"password":"left-over"}');
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  (process.getuid?.() === 0 ? it : it.skip)(
    'finds a place as root when the user of PostgreSQL may not enter the folder',
    async () => {
      await chmod(join(dataDir, '..'), 0o700);
      const first = await startEmbeddedPostgres({ dataDir });
      try {
        expect(first.cluster).toContain('/var/lib/orquestrax/data/');
        await query(first.url, 'CREATE TABLE kept AS SELECT 3 AS answer');
        await first.stop();
        const second = await startEmbeddedPostgres({ dataDir });
        expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 3 }]);
        await second.stop();
      } finally {
        await rm(join(first.cluster, '..'), { recursive: true, force: true });
      }
    },
  );

  (process.getuid?.() === 0 ? it : it.skip)(
    'leaves the folder of another user to that user when root has run on it',
    async () => {
      await mkdir(dataDir);
      await chown(dataDir, 65_534, 65_534);
      const first = await startEmbeddedPostgres({ dataDir });
      await first.stop();
      expect((await stat(join(dataDir, 'postgres.json'))).uid).toBe(65_534);
    },
  );

  it('does not touch data whose password is lost', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await first.stop();
    await rm(join(dataDir, 'postgres.json'));
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      message: expect.stringContaining('put that file back') as string,
    });
  });

  it('says what to do with data of another version', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await first.stop();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '12\n');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'OTHER_VERSION',
      message: expect.stringContaining('DATABASE_URL') as string,
    });
  });
});

describe('lockFolder', () => {
  it('is taken by exactly one of many, also over a stale lock', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orquestra-lock-'));
    await writeFile(join(folder, 'orquestra.lock'), '{"pid":999999999,"bornAt":"1"}');
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
    await release();
    await (
      await lockFolder(folder)
    )();
    await rm(folder, { recursive: true });
  });

  // What a container without an init leaves of a killed server.
  (process.platform === 'linux' ? it : it.skip)('is taken from a process that was killed and never waited for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orquestra-lock-'));
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      expect(await waitFor(() => isZombie(pid), 5_000)).toBe(true);
      await writeFile(join(folder, 'orquestra.lock'), JSON.stringify({ pid, bornAt: await bornAt(pid) }));
      await (
        await lockFolder(folder)
      )();
    } finally {
      parent.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });
});
