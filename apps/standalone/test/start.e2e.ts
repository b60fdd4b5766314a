import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import { freePort, ProcessGroup, type TestProcess } from '#libs/testing';

const running = /OrquestraX is running/;
const document = { name: 'start', version: '1.0.0', steps: [{ id: 'say', task: 'echo', input: { text: 'hello' } }] };

describe('npm start', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'orquestra-start-'));
  const group = new ProcessGroup();
  let port: number;
  let client: OrquestraClient;

  const spec = (name: string, env: Record<string, string> = {}) => ({
    name,
    entry: 'scripts/run.mjs',
    args: ['start'],
    env: { PORT: String(port), ORQUESTRA_DATA_DIR: dataDir, ...env },
    readyLine: running,
    readyTimeoutMs: 120_000,
  });

  beforeAll(async () => {
    port = await freePort();
    client = new OrquestraClient({ baseUrl: `http://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await group.end();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  let first: TestProcess;
  let instance: string;

  it('starts on an empty folder with one line a stage, serves the console and the examples, and runs a workflow', async () => {
    first = await group.start(spec('first'));
    for (const stage of ['PostgreSQL', 'schema', 'services', 'example workflows']) await first.line(new RegExp(`^✓ ${stage}`));
    const names: string[] = [];
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    for await (const { name } of client.listDefinitions()) names.push(name);
    expect(names.length).toBeGreaterThan(0);
    await client.registerDefinition({ document });
    instance = (await client.startInstance({ definition: 'start' })).id;
    expect(await client.waitForInstance(instance, { timeoutMs: 20_000 })).toMatchObject({
      status: 'completed',
      output: { text: 'hello' },
    });
  }, 150_000);

  it('refuses a second server on the same port, and on the same data, with what to do', async () => {
    const samePort = group.add(spec('same-port'));
    await expect(samePort.start()).rejects.toThrow(new RegExp(`port ${port} of 127.0.0.1 is taken; .*PORT=${port + 1}`));
    const sameData = group.add(spec('same-data', { PORT: String(await freePort()) }));
    await expect(sameData.start()).rejects.toThrow(new RegExp(`process ${'\\d+'}|in use`));
  }, 60_000);

  it('ends on SIGTERM with status 0', async () => {
    expect(await first.stop(40_000)).toEqual({ code: 0, signal: null });
  }, 60_000);

  it('is up again in under 5 seconds, with the data of before', async () => {
    const since = performance.now();
    const second = await group.start(spec('second'));
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(await client.getInstance(instance)).toMatchObject({ status: 'completed' });
    await second.kill();
  }, 60_000);

  it('starts after kill -9 as well', async () => {
    await group.end();
    const third = await group.start(spec('third'));
    expect(await client.getInstance(instance)).toMatchObject({ status: 'completed' });
    expect(await third.stop(40_000)).toEqual({ code: 0, signal: null });
  }, 120_000);

  it('lists all faults of the environment at once and ends with status 2', async () => {
    const faulty = group.add(spec('faulty', { PORT: 'x', ORQUESTRA_PROFILE: 'y' }));
    await expect(faulty.start()).rejects.toThrow(
      /2 faults[^]*PORT: expected a whole number[^]*ORQUESTRA_PROFILE: expected one of/,
    );
    expect(await faulty.end()).toEqual({ code: 2, signal: null });
  }, 60_000);

  it('says that a taken port is taken before anything is started', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = (server.address() as { port: number }).port;
    const late = group.add(spec('late', { PORT: String(taken) }));
    await expect(late.start()).rejects.toThrow('is taken');
    expect(late.lines.some((line) => line.includes('PostgreSQL'))).toBe(false);
    server.close();
  }, 60_000);
});
