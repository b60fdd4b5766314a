import { counted, endsOf, startMany } from './instances.js';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';

/** 20,000 steps and several minutes with `ORQUESTRA_TEST_SCALE=full`; else the same with a tenth. */
const isFull = process.env['ORQUESTRA_TEST_SCALE'] === 'full';
const instances = isFull ? 200 : 20;
const stepsEach = 100;
const steps = instances * stepsEach;
/** One worker at 10 steps at once, 100 ms each: a little under 100 steps a second. */
const answerMs = 100;

describeWithServers('a backlog', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture({
      answerMs,
      counts: { worker: 1 },
      envOf: { worker: { ORQUESTRA_WORKER_CONCURRENCY: '10' } },
    });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);

  it(
    `of ${steps} steps with one slow worker causes not one duplicate command`,
    async () => {
      const { client, outside } = bench;
      await client.registerDefinition({ document: counted('faults.backlog', stepsEach, outside.url) });
      const ids = await startMany(client, 'faults.backlog', instances);
      await outside.reached(steps, { distinct: true, timeoutMs: steps * 30 });
      expect(await endsOf(client, ids, 60_000)).toEqual({ completed: instances });
      expect(outside.moreThan(1)).toEqual([]);
      expect(outside.total).toBe(steps);
      expect(await bench.verify()).toMatchObject({ violations: 0, checked: instances });
    },
    steps * 30 + 180_000,
  );
});
