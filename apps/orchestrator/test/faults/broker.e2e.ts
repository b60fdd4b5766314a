import { deleteQueues } from './delete-queues.js';
import { chain, endsOf, startMany } from './instances.js';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';

describeWithServers('RabbitMQ that is away, emptied or wiped', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture();
    await bench.client.registerDefinition({ document: chain('faults.five', 5, 300) });
    await bench.client.registerDefinition({ document: chain('faults.five-at-once', 5, 0) });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);
  afterEach(async () => {
    expect(await bench.verify()).toMatchObject({ violations: 0 });
    expect(bench.cluster.orchestrators.every((one) => one.isRunning)).toBe(true);
    expect(bench.cluster.workers.every((one) => one.isRunning)).toBe(true);
  }, 60_000);

  /** So many instances, some of them already past their first step. */
  const underWay = async (count: number): Promise<string[]> => {
    const ids = await startMany(bench.client, 'faults.five', count);
    for (;;) {
      const { stepsDone } = await bench.client.getInstance(ids[0] as string);
      if (stepsDone > 0) return ids;
    }
  };

  const allComplete = async (ids: string[], timeoutMs: number): Promise<void> => {
    const ends = await endsOf(bench.client, ids, timeoutMs).catch(async (cause: unknown) => {
      throw new Error(`${String(cause)}\n\n${await bench.whatHappened()}`, { cause });
    });
    expect(ends).toEqual({ completed: ids.length });
  };

  it('its queues deleted while 500 instances run: all complete', async () => {
    const ids = await underWay(500);
    await deleteQueues(bench.broker);
    await allComplete(ids, 240_000);
  }, 400_000);

  it('its data directory wiped while 500 instances run: all complete', async () => {
    const ids = await underWay(500);
    await bench.broker.kill();
    await bench.broker.wipe();
    await bench.broker.start();
    await allComplete(ids, 180_000);
  }, 400_000);

  it('1,000 instances of 5 steps started while it is stopped: all accepted, all complete once it is back', async () => {
    await bench.broker.stop();
    const ids = await startMany(bench.client, 'faults.five-at-once', 1_000);
    expect(ids).toHaveLength(1_000);
    await bench.broker.start();
    await allComplete(ids, 180_000);
  }, 400_000);
});
