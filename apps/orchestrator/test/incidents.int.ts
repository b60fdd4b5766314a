import { jest } from '@jest/globals';
import { bucketOf, exchanges, partitionKey, partitionOf, redriveHeader } from '#libs/contracts';
import { encodeEnvelope } from '#libs/messaging';
import { until } from '#libs/testing';
import { BatchFold } from '../src/partitions/batch-fold.js';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

describe('what an owner cannot take in', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open();
    await bench.register(definitionOf('one', [{ id: 'a', type: 'task', task: 'work' }]));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await bench.close();
  });

  const open = () => bench.incidentQueries.list({ status: 'open' }, { limit: 10 }).then(({ items }) => items);
  const isOpen = (count: number) => until(async () => ((await open()).length >= count ? true : undefined), 20_000);
  const tell = (id: string, items: unknown[], headers: Record<string, string> = {}) =>
    bench.transport.publish([
      {
        ...{ exchange: exchanges.partitions, routingKey: partitionKey(partitionOf(bucketOf(id), 2)), headers },
        content: encodeEnvelope({ v: 1, tenant: 'main', kind: 'partition', items }),
      },
    ]);

  it('one bad item of a message becomes an incident, the others are taken in', async () => {
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('one');
    const { token } = (await worker.receives(1))[0]!;
    const bad = { kind: 'completed', instanceId: id, path: 'a', token: 'many', output: 1, worker: 'w', startedAt: 0 };
    await tell(id, [bad, { ...bad, token }]);
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    await isOpen(1);
    expect(await open()).toMatchObject([
      { kind: 'unreadable', code: 'WRONG_SHAPE', instanceId: id, path: 'a', definition: 'one' },
    ]);
  });

  it('an error of ours while dispatching stops one instance, and a redrive lets it go on', async () => {
    await bench.worker(() => ({}));
    const real = BatchFold.prototype.dispatch;
    let victim = '';
    const broken = jest.spyOn(BatchFold.prototype, 'dispatch').mockImplementation(function (this: BatchFold, instance, ...rest) {
      if (victim === '') victim = instance.state.id;
      if (instance.state.id === victim) throw new TypeError('a bug of ours');
      return real.call(this, instance, ...rest);
    });
    const node = await bench.node('one');
    const ids = await Promise.all(Array.from({ length: 8 }, () => bench.start('one')));
    await isOpen(1);
    await Promise.all(ids.filter((id) => id !== victim).map((id) => bench.end(id)));
    const [incident] = await open();
    expect(incident).toMatchObject({ kind: 'undecidable', code: 'DECIDING_FAILED', instanceId: victim, deliveries: 1 });
    expect(node.ownership.partitions).toHaveLength(2);
    broken.mockRestore();
    await tell(victim, [{ kind: 'hint', instanceId: victim }], { [redriveHeader]: incident!.id });
    expect(await bench.end(victim as (typeof ids)[0])).toMatchObject({ status: 'completed' });
  });
});
