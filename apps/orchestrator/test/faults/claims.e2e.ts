import type { Instance, StepLog } from '#libs/contracts';
import { type TestProcess, until } from '#libs/testing';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';

const definition = (name: string, step: object) => ({ name, version: '1.0.0', steps: [{ id: 'a', ...step }] });

describeWithServers('claimed steps whose worker is killed with -9', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture({ counts: { orchestrator: 1, worker: 2 } });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);
  afterEach(async () => {
    expect(await bench.verify()).toMatchObject({ violations: 0 });
  }, 60_000);

  const start = async (name: string, step: object): Promise<string> => {
    await bench.client.registerDefinition({ document: definition(name, step) });
    return (await bench.client.startInstance({ definition: name })).id;
  };

  /** The process that has claimed step `a`. */
  async function claimant(id: string): Promise<TestProcess> {
    const process = await until(async () => {
      const worker = (await bench.client.getInstance(id)).steps[0]?.worker;
      const { pid } = (await bench.client.workers()).find((each) => each.id === worker) ?? {};
      return bench.cluster.workers.find((each) => pid !== undefined && each.pid === pid);
    }, 20_000);
    if (process === undefined) throw new Error('expected a worker that has claimed the step, but none is known');
    return process;
  }

  async function killWhileRunning(id: string): Promise<Instance> {
    const victim = await claimant(id);
    await victim.kill();
    await victim.start();
    return bench.client.waitForInstance(id, { timeoutMs: 60_000 });
  }

  async function linesOf(id: string): Promise<StepLog[]> {
    const lines: StepLog[] = [];
    for await (const line of bench.client.logs(id, { path: 'a' })) lines.push(line);
    return lines;
  }

  it('atMostOnce: it is never run a second time, and says why it failed', async () => {
    const { outside } = bench;
    outside.hold();
    const id = await start('claims.once', { task: 'http', effect: 'atMostOnce', input: { url: `${outside.url}/once` } });
    await outside.reached(1);
    expect(await killWhileRunning(id)).toMatchObject({ status: 'failed', error: { code: 'WORKER_LOST', path: 'a' } });
    outside.release();
    await new Promise((resolve) => setTimeout(resolve, 6_000)); // three heartbeats: nobody has found something to do again
    expect(outside.counts.get('/once')).toBe(1);
  }, 120_000);

  it('atLeastOnce: another worker runs it anew, which uses up no attempt', async () => {
    const input = { durationMs: 8_000, output: 'done' };
    const id = await start('claims.again', { task: 'simulate', heartbeat: '2s', retry: { maxAttempts: 1 }, input });
    expect(await killWhileRunning(id)).toMatchObject({ status: 'completed', output: 'done' });
    const [step] = await bench.client.steps(id);
    expect(step).toMatchObject({ attempt: 2, attempts: [{ error: { code: 'WORKER_LOST' } }, { status: 'completed' }] });
  }, 120_000);

  it('a script runs in its own process; what it printed is read over REST', async () => {
    const code = 'print("adding", args.numbers.length, "numbers"); return args.numbers.reduce((a, b) => a + b)';
    const id = await start('claims.script', { task: 'script', input: { code, args: { numbers: [1, 2, 3] } } });
    expect(await bench.client.waitForInstance(id, { timeoutMs: 30_000 })).toMatchObject({ status: 'completed', output: 6 });
    const lines = await linesOf(id);
    expect(lines).toMatchObject([{ path: 'a', attempt: 1, no: 1, level: 'info', text: 'adding 3 numbers' }]);
    const endless = await start('claims.endless', {
      task: 'script',
      retry: 'none',
      input: { code: 'print("begun"); for (;;);', timeoutMs: 200 },
    });
    const failed = await bench.client.waitForInstance(endless, { timeoutMs: 30_000 });
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'SCRIPT_TIMEOUT' } });
    expect((await linesOf(endless)).map(({ text }) => text)).toEqual(['begun']);
  }, 60_000);
});
