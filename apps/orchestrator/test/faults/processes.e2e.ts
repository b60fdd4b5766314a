import { judge } from '../../../../examples/wfcommons/run.js';
import { prepareAll, recordingsFolder } from '../../../../examples/wfcommons/recordings.js';
import { type TestProcess, until } from '#libs/testing';
import { counted, endsOf, startMany } from './instances.js';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';

const folder = recordingsFolder();

/** The process of the worker that holds most steps, as soon as one is known to hold any. */
async function busiestWorker({ client, cluster }: FaultFixture): Promise<TestProcess> {
  const busiest = await until(async () => {
    const [first] = (await client.workers()).sort((a, b) => b.held - a.held);
    return first !== undefined && first.held > 0 ? first.pid : undefined;
  }, 20_000);
  const process = cluster.workers.find((worker) => worker.pid === busiest);
  if (process === undefined) throw new Error('expected a worker that holds steps, but none said so');
  return process;
}

describeWithServers('processes that are killed or stand still', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture();
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);
  afterEach(async () => {
    expect(await bench.verify()).toMatchObject({ violations: 0 });
  }, 60_000);

  const recordings = prepareAll(folder);
  it(`${folder ? 'recorded' : 'generated (no recordings here)'} DAGs complete with the expected hashes`, async () => {
    for (const prepared of recordings) {
      await bench.client.registerDefinition({ document: prepared.definition });
      const { id } = await bench.client.startInstance({ definition: prepared.definition.name });
      const ended = judge(prepared, await bench.client.waitForInstance(id, { timeoutMs: 60_000 }));
      expect(ended).toMatchObject({ isRight: true, hash: prepared.expectedHash });
    }
  }, 180_000);

  it('they do so while an orchestrator and a worker are killed with -9 in the middle and started again', async () => {
    const rounds = 20;
    const started = await Promise.all(
      recordings.map(async (prepared) => ({ prepared, ids: await startMany(bench.client, prepared.definition.name, rounds) })),
    );
    const [orchestrator, worker] = [bench.cluster.orchestrators[0], bench.cluster.workers[0]];
    await Promise.all([orchestrator?.kill(), worker?.kill()]);
    await Promise.all([orchestrator?.start(), worker?.start()]);
    for (const { prepared, ids } of started) {
      for (const id of ids) {
        const ended = judge(prepared, await bench.client.waitForInstance(id, { timeoutMs: 120_000 }));
        expect(ended).toMatchObject({ isRight: true });
      }
    }
  }, 300_000);

  it('a worker killed in the middle of 100 steps: each runs again at most once more', async () => {
    const { client, outside } = bench;
    outside.counts.clear();
    await client.registerDefinition({ document: counted('faults.killed-worker', 100, outside.url) });
    outside.hold();
    const ids = await startMany(client, 'faults.killed-worker', 1);
    await outside.reached(100, { distinct: true });
    const victim = await busiestWorker(bench);
    await victim.kill();
    outside.release();
    await victim.start();
    expect(await endsOf(client, ids, 120_000)).toEqual({ completed: 1 });
    expect(outside.counts.size).toBe(100);
    expect(outside.moreThan(1).length).toBeGreaterThan(0); // it was in the middle
    expect(outside.moreThan(2)).toEqual([]);
  }, 240_000);

  it('an orchestrator that stands still for 60 s and goes on: nothing lost, nothing applied twice, no step run more than once again', async () => {
    const { client, cluster, outside } = bench;
    outside.counts.clear();
    const definition = counted('faults.frozen', 20, outside.url);
    await client.registerDefinition({ document: definition });
    outside.hold();
    const before = await startMany(client, 'faults.frozen', 20);
    await outside.reached(100);
    const frozen = cluster.orchestrators[0];
    frozen?.freeze();
    outside.release();
    const during = await startMany(client, 'faults.frozen', 20);
    const whileFrozen = await Promise.all([
      endsOf(client, during, 55_000),
      new Promise((resolve) => setTimeout(resolve, 60_000)), // the time is what is tested
    ]);
    frozen?.thaw();
    expect(whileFrozen[0]).toEqual({ completed: 20 });
    expect(await endsOf(client, before, 60_000)).toEqual({ completed: 20 });
    expect(outside.counts.size).toBe(40 * 20);
    expect(outside.moreThan(2)).toEqual([]);
    expect(frozen?.isRunning).toBe(true);
  }, 300_000);
});
