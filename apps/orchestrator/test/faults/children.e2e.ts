import { deleteQueues } from './delete-queues.js';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';
import { endsOf, startMany } from './instances.js';

const parents = 12;
const childrenEach = 20;

/** Children of children: the results of the innermost go up two levels. */
const documents = [
  {
    name: 'family.grandchild',
    version: '1.0.0',
    steps: [
      { id: 'work', task: 'simulate', input: { durationMs: 150, output: '${input.n}' } },
      { id: 'twice', type: 'set', values: { n: '${steps.work.output * 2}' } },
    ],
  },
  {
    name: 'family.child',
    version: '1.0.0',
    steps: [{ id: 'call', type: 'workflow', workflow: 'family.grandchild', input: '${input}' }],
    output: '${steps.call.output.n}',
  },
  {
    name: 'family.parent',
    version: '1.0.0',
    steps: [
      {
        id: 'each',
        type: 'forEach',
        items: Array.from({ length: childrenEach }, (_, n) => n),
        concurrency: 8,
        steps: [{ id: 'call', type: 'workflow', workflow: 'family.child', input: { n: '${item}' } }],
      },
    ],
  },
];

describeWithServers('parents and children', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture();
    for (const document of documents) await bench.client.registerDefinition({ document });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);

  /** Some parents whose first children have ended. */
  async function underWay(): Promise<string[]> {
    const ids = await startMany(bench.client, 'family.parent', parents);
    for (;;) {
      const { steps } = await bench.client.getInstance(ids[0] as string);
      if ((steps[0]?.counts?.completed ?? 0) > 0) return ids;
    }
  }

  /** Every result has arrived where it belongs, and no step has had a second child. */
  async function expectWhole(ids: string[]): Promise<void> {
    expect(await endsOf(bench.client, ids, 180_000)).toEqual({ completed: parents });
    for (const id of ids) {
      const { output } = await bench.client.getInstance(id);
      expect(output).toEqual(Array.from({ length: childrenEach }, (_, n) => 2 * n));
      const children: string[] = [];
      for await (const child of bench.client.listInstances({ parent: id, pageSize: 200 })) children.push(child.id);
      expect(children).toHaveLength(childrenEach);
      for await (const child of bench.client.listInstances({ parent: children[0] as string })) children.push(child.id);
      expect(children).toHaveLength(childrenEach + 1);
    }
    expect(await bench.verify()).toMatchObject({ violations: 0 });
  }

  it('have neither a second child nor a lost result when every orchestrator is killed with -9 in turn', async () => {
    const ids = await underWay();
    for (const orchestrator of bench.cluster.orchestrators) {
      await orchestrator.kill();
      await orchestrator.start();
    }
    const [first] = bench.cluster.orchestrators;
    await first?.kill();
    await first?.start();
    await expectWhole(ids);
  }, 300_000);

  it('finish when both orchestrators are killed at the same time', async () => {
    const ids = await underWay();
    await Promise.all(bench.cluster.orchestrators.map((orchestrator) => orchestrator.kill()));
    await Promise.all(bench.cluster.orchestrators.map((orchestrator) => orchestrator.start()));
    await expectWhole(ids);
  }, 300_000);

  it('finish when the queues of the broker are deleted', async () => {
    const ids = await underWay();
    await deleteQueues(bench.broker);
    await expectWhole(ids);
  }, 300_000);

  it('finish when the broker is killed and its data wiped', async () => {
    const ids = await underWay();
    await bench.broker.kill();
    await bench.broker.wipe();
    await bench.broker.start();
    await expectWhole(ids);
  }, 300_000);

  it('are all cancelled together, though an orchestrator is killed on the way', async () => {
    const ids = await underWay();
    const [first] = bench.cluster.orchestrators;
    await Promise.all(ids.map((id) => bench.client.cancel(id, {}, { waitMs: 0 })));
    await first?.kill();
    await first?.start();
    expect(await endsOf(bench.client, ids, 120_000)).toEqual({ cancelled: parents });
    const open: string[] = [];
    for (const id of ids) {
      for await (const child of bench.client.listInstances({ parent: id, pageSize: 200 }))
        open.push(...(child.endedAt === null ? [child.id] : []));
    }
    const ends = await endsOf(bench.client, open, 60_000);
    expect(Object.keys(ends).filter((status) => status !== 'cancelled')).toEqual([]);
    expect(await bench.verify()).toMatchObject({ violations: 0 });
  }, 300_000);
});
