import { jest } from '@jest/globals';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

const chain = (name: string, ...ids: string[]) =>
  definitionOf(
    name,
    ids.map((id) => ({ id, type: 'task', task: 'work' })),
  );
const counts = (commands: readonly { instanceId: string; path: string }[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(commands, ({ instanceId, path }) => `${instanceId}/${path}`)].map(([key, all]) => [key, all.length]),
  );

describe('a take-over', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open({ partitions: 1 });
  });
  afterEach(() => bench.close());

  it('sends what was decided and never sent, and nothing else', async () => {
    await bench.register(chain('chain', 'a'));
    const worker = await bench.worker(() => undefined);
    const dead = await bench.node('dead');
    const sent = await bench.start('chain');
    await worker.receives(1);
    await dead.isQuiet();
    const killed = Promise.withResolvers<void>();
    dead.commitFault = async (batch, commit) => {
      await commit();
      if (batch.events.every(({ instanceId }) => instanceId === sent)) return;
      killed.resolve(dead.kill()); // between the commit and the sending
      throw new Error('killed');
    };
    const unsent = await bench.start('chain');
    await killed.promise;
    await bench.expireLeases();
    await bench.node('heir');
    const commands = await worker.receives(2);
    for (const command of commands) await worker.complete(command, {});
    for (const id of [sent, unsent]) expect((await bench.end(id)).status).toBe('completed');
    expect(counts(worker.received)).toEqual({ [`${sent}/a`]: 1, [`${unsent}/a`]: 1 });
  });

  it('reads the whole of a backlog that is longer than what it keeps in memory', async () => {
    await bench.register(chain('chain', 'a'));
    const dead = await bench.node('dead');
    const queued = Promise.withResolvers<void>();
    const seen = new Set<string>();
    dead.commitFault = async (batch, commit) => {
      await commit();
      for (const { instanceId } of batch.events) seen.add(instanceId);
      if (seen.size === 5_600) queued.resolve();
    };
    const ids = await bench.startMany('chain', 5_600);
    await queued.promise;
    await dead.kill();
    await bench.expireLeases();
    await bench.node('heir');
    const worker = await bench.worker(() => ({}), undefined, 2_000);
    for (const id of ids) await bench.end(id);
    expect(worker.received).toHaveLength(5_600);
  });

  it('deposes an owner that stood still: it stops, drops what it remembers, and may own the partition again', async () => {
    await bench.register(chain('chain', 'a', 'b', 'c'));
    const worker = await bench.worker(() => undefined);
    const a = await bench.node('one');
    const id = await bench.start('chain');
    const [stepA] = await worker.receives(1);
    await a.isQuiet();
    a.freeze();
    await bench.expireLeases();
    const b = await bench.node('two'); // goes on while A stands still
    await worker.complete(stepA!, {});
    const [, stepB] = await worker.receives(2);
    await b.stop();
    a.thaw(); // A still remembers that step b was never scheduled
    await worker.complete(stepB!, {});
    const [, , stepC] = await worker.receives(3);
    await worker.complete(stepC!, {});
    expect((await bench.end(id)).status).toBe('completed');
    const paths = (await bench.history(id)).flatMap((event) => (event.type === 'stepCompleted' ? [event.path] : []));
    expect(paths).toEqual(['a', 'b', 'c']);
    expect(worker.received).toHaveLength(3);
  });

  it('hands over while instances run: nothing is lost, nothing is sent twice', async () => {
    await bench.close();
    bench = await OrchestratorBench.open({ partitions: 2 });
    await bench.register(chain('chain', 'a', 'b', 'c'));
    const worker = await bench.worker(() => ({}), undefined, 10);
    const a = await bench.node('one');
    const ids = await bench.startMany('chain', 300);
    await worker.receives(200);
    const b = await bench.node('two');
    await worker.receives(700);
    await b.stop(); // and back again
    for (const id of ids) expect((await bench.end(id)).status).toBe('completed');
    expect(worker.received).toHaveLength(900);
    expect(a.ownership.partitions).toHaveLength(2);
  });

  it('leaves no consumer behind when a partition ends while it registers one', async () => {
    await bench.register(chain('chain', 'a'));
    await bench.worker(() => ({}));
    const node = await bench.node('one');
    const { transport } = node;
    const consume = transport.consume.bind(transport);
    const registering = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    transport.consume = async (...values) => {
      registering.resolve();
      await gate.promise;
      return consume(...values);
    };
    transport.loseConnection();
    await registering.promise;
    const stopped = node.stop();
    gate.resolve();
    await stopped;
    transport.consume = consume;
    const heir = await bench.node('heir');
    expect((await bench.end(await bench.start('chain'))).status).toBe('completed');
    expect((await heir.transport.queueDepth('orquestra.partition.1.0'))?.consumers).toBe(1);
  });
});
