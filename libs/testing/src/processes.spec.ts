import { jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { ProcessGroup, ProcessGuard, until } from './processes.js';

const server = `
  const { createServer } = require('node:http');
  const { spawn } = require('node:child_process');
  process.on('SIGTERM', () => { console.log('draining'); setTimeout(() => process.exit(7), 10); });
  if (process.env.WITH_CHILD) console.log('child ' + spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)']).pid);
  console.log('life ' + process.env.LIFE + ' ' + process.env.ORQUESTRA_LEFT_OVER);
  createServer((request, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('ProcessGroup', () => {
  let root: string;
  let group: ProcessGroup;
  let port: number;
  const spec = (env: Record<string, string> = {}) => ({
    name: 'server',
    entry: 'server.cjs',
    env: { PORT: String(port), LIFE: '1', ...env },
    readyUrl: `http://127.0.0.1:${port}/`,
  });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'orquestra-processes-'));
    await writeFile(join(root, 'server.cjs'), server);
    await writeFile(join(root, 'broken.cjs'), `console.error('no database'); process.exit(3);`);
    port = await freePort();
    group = new ProcessGroup(root);
  });
  afterEach(async () => {
    await group.end();
    await rm(root, { recursive: true });
  });

  it('starts a process, waits until it answers, and lets it end by itself', async () => {
    const started = await group.start(spec());
    expect(await started.line(/^life 1 undefined$/)).toBeTruthy();
    expect(await started.stop()).toEqual({ code: 7, signal: null });
    expect(started.lines).toContain('draining');
  });

  it('kills with -9 and starts again', async () => {
    const started = await group.start(spec());
    const first = started.pid;
    expect(await started.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await started.start();
    expect(started.pid).not.toBe(first);
    expect(started.isRunning).toBe(true);
  });

  it('freezes and thaws', async () => {
    const started = await group.start(spec());
    const ask = () => fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(300) }).then((answer) => answer.ok);
    started.freeze();
    await expect(ask()).rejects.toThrow();
    started.thaw();
    expect(await ask()).toBe(true);
  });

  it('says what a process printed when it does not become ready', async () => {
    await expect(group.start({ ...spec(), entry: 'broken.cjs' })).rejects.toThrow(/it ended\.[^]*no database/);
    await expect(group.start({ ...spec(), entry: 'missing.cjs' })).rejects.toThrow(/missing\.cjs to be built/);
  });

  it('ends what a process killed with -9 left behind', async () => {
    const started = await group.start(spec({ WITH_CHILD: '1' }));
    const child = Number((await started.line(/^child \d+$/)).split(' ')[1]);
    await started.kill();
    expect(isAlive(child)).toBe(true);
    await group.end();
    expect(await until(() => (isAlive(child) ? undefined : true), 5_000)).toBe(true);
  });
});

describe('ProcessGuard', () => {
  const started: ChildProcess[] = [];
  const start = (): ChildProcess => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)'], { detached: true, stdio: 'ignore' });
    started.push(child);
    return child;
  };
  afterEach(() => {
    jest.restoreAllMocks();
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  it('kills who is watched, and not who has by then the number of one that has ended', async () => {
    const [watched, stranger] = [start(), start()];
    const ended = Object.assign(new EventEmitter(), { pid: stranger.pid }) as ChildProcess;
    const guard = new ProcessGuard();
    for (const child of [watched, ended]) guard.watch(child);
    jest.spyOn(process, 'kill').mockImplementationOnce(() => {
      throw new Error('kill ESRCH'); // nobody had the number when it ended
    });
    ended.emit('exit', 0, null);
    const ends = Promise.all([once(watched, 'exit'), once(stranger, 'exit')]);
    await guard.end();
    stranger.kill('SIGTERM'); // too late for one that was killed with the other
    expect(await ends).toEqual([
      [null, 'SIGKILL'],
      [null, 'SIGTERM'],
    ]);
  });
});
