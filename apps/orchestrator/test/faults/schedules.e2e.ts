import { setTimeout as pause } from 'node:timers/promises';
import type { TriggerRun } from '#libs/contracts';
import { type TestProcess, until } from '#libs/testing';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';

/** Two minutes with `ORQUESTRA_TEST_SCALE=full`. */
const killedForMs = process.env['ORQUESTRA_TEST_SCALE'] === 'full' ? 120_000 : 20_000;
const seed = Number(process.env['ORQUESTRA_TEST_SEED'] ?? 1);
const catchUpMs = 3_000;

/** Who is killed, and when: the same with the same seed. */
function* draws(from: number): Generator<number, never> {
  for (let state = from; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const slotOf = (run: TriggerRun): number => Date.parse(run.scheduledAt) / 1_000;

/** Every second of them is decided, one way or the other. */
function secondsOf(runs: readonly TriggerRun[]): number[] {
  return runs.flatMap((run) => Array.from({ length: run.count }, (_, n) => slotOf(run) + n)).sort((a, b) => a - b);
}

describeWithServers('a schedule of every second', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture({ counts: { orchestrator: 3, worker: 1, gateway: 1 } });
    const { client } = bench;
    await client.registerDefinition({
      document: { name: 'faults.tick', version: '1.0.0', steps: [{ id: 'say', task: 'echo', input: '${input}' }] },
    });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);

  const put = (name: string): Promise<unknown> =>
    bench.client.putTrigger(name, {
      kind: 'schedule',
      definition: 'faults.tick',
      cron: '* * * * * *',
      catchUp: `${catchUpMs}ms`,
      input: { at: '${scheduledAt}' },
    });
  const runsOf = async (name: string): Promise<TriggerRun[]> => {
    const runs: TriggerRun[] = [];
    for await (const run of bench.client.triggerRuns(name, { pageSize: 200 })) runs.push(run);
    return runs;
  };

  /** Every second has one run, each run one instance, each instance its run, and all of them have ended well. */
  async function expectWhole(name: string): Promise<TriggerRun[]> {
    await bench.client.pauseTrigger(name);
    const runs = await runsOf(name);
    const seconds = secondsOf(runs);
    expect(seconds).toEqual(Array.from(seconds, (_, n) => seconds[0]! + n));
    const started = runs.filter(({ outcome }) => outcome === 'started');
    expect(new Set(started.map(({ instance }) => instance)).size).toBe(started.length);
    for (const { instance } of started)
      expect(await bench.client.waitForInstance(instance!, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
    let instances = 0;
    for await (const { id } of bench.client.listInstances({ definition: 'faults.tick', pageSize: 200 }))
      if (started.some(({ instance }) => instance === id)) instances += 1;
    expect(instances).toBe(started.length);
    return runs;
  }

  it(
    `starts once a second while one of three orchestrators is killed with -9 again and again for ${killedForMs / 1_000} s`,
    async () => {
      const random = draws(seed);
      const { orchestrators } = bench.cluster;
      await put('faults.steady');
      const starting = new Map<TestProcess, Promise<unknown>>();
      let kills = 0;
      for (const end = performance.now() + killedForMs; performance.now() < end; kills += 1) {
        await pause(random.next().value * 2_000); // when it dies is what is drawn
        if (starting.size > 1) await Promise.race(starting.values()); // one of them is always there
        const up = orchestrators.filter((one) => !starting.has(one));
        const victim = up[Math.floor(random.next().value * up.length)]!;
        await victim.kill();
        starting.set(
          victim,
          victim.start().then(() => starting.delete(victim)),
        );
      }
      await Promise.all(starting.values());
      const runs = await expectWhole('faults.steady');
      const late = runs.map(({ at, scheduledAt }) => Date.parse(at) - Date.parse(scheduledAt)).sort((a, b) => a - b);
      const missed = runs.filter(({ outcome }) => outcome === 'missed').reduce((sum, { count }) => sum + count, 0);
      process.stdout.write(
        `${kills} kills, ${runs.length} runs, ${missed} slots missed; decided after ${late[late.length >> 1]} ms (median), ${late.at(-1)} ms at most\n`,
      );
      expect(kills).toBeGreaterThan(1);
      expect(runs.length).toBeGreaterThan(killedForMs / 2_000);
      expect(await bench.verify()).toMatchObject({ violations: 0 });
    },
    killedForMs * 2 + 120_000,
  );

  it('tells together what was missed while nobody was there, and starts what is not too late', async () => {
    const { orchestrators } = bench.cluster;
    await put('faults.gap');
    await until(async () => (await runsOf('faults.gap')).length > 1 || undefined, 30_000);
    await Promise.all(orchestrators.map((one) => one.kill()));
    await pause(catchUpMs * 3); // the time is what is tested
    await Promise.all(orchestrators.map((one) => one.start()));
    await until(async () => (await runsOf('faults.gap')).some(({ outcome }) => outcome === 'missed') || undefined, 30_000);
    const runs = await expectWhole('faults.gap');
    const [missed, ...others] = runs.filter(({ outcome }) => outcome === 'missed');
    expect(others).toEqual([]);
    expect(missed!.count).toBeGreaterThanOrEqual(catchUpMs / 1_000);
    expect(await bench.verify()).toMatchObject({ violations: 0 });
  }, 180_000);
});
