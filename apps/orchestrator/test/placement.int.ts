import { setTimeout } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import type { StepCommand } from '#libs/contracts';
import { MemoryTransport } from '#libs/messaging';
import { until } from '#libs/testing';
import { TaskRegistry, Worker } from '#libs/worker-sdk';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';
import type { OrchestratorNode } from './bench/orchestrator-node.js';
import type { ScriptedWorker } from './bench/scripted-worker.js';

jest.setTimeout(60_000);

const keyOf = ({ input }: StepCommand): string => (input as { key: string }).key;
/** Which worker had which affinity values. */
const places = (...workers: ScriptedWorker[]): Map<string, string> =>
  new Map(workers.flatMap((worker) => worker.received.map((command) => [keyOf(command), worker.id] as const)));

describe('steps that ask something of their worker', () => {
  let bench: OrchestratorBench;
  const each = (items: number, step: object): object =>
    definitionOf('each', [
      {
        id: 'all',
        type: 'forEach',
        items: Array.from({ length: items }, (_, n) => `key-${n}`),
        steps: [{ id: 's', task: 'work', input: { key: '${item}' }, ...step }],
      },
    ]);
  const worker = (id: string, script: (command: StepCommand) => unknown = () => ({}), facts = {}, concurrency = 20) =>
    bench.worker(script, undefined, concurrency, { id, ...facts });
  const register = (definition: object): Promise<void> => bench.register(definition as never);

  /** An orchestrator that has heard of so many workers. */
  const node = async (id: string, workers: number): Promise<OrchestratorNode> => {
    const made = await bench.node(id);
    await until(() => (made.workers.placeable(performance.now()).length === workers ? true : undefined), 10_000);
    return made;
  };

  beforeEach(async () => {
    bench = await OrchestratorBench.open({ partitions: 2 });
  });
  afterEach(() => bench.close());

  it('with the same affinity run on the same worker, every time; the choice is in the audit log', async () => {
    await register(each(60, { affinity: '${item}' }));
    const workers = [await worker('a'), await worker('b'), await worker('c')];
    await node('one', 3);
    const first = await bench.start('each');
    await bench.end(first);
    const before = places(...workers);
    expect(before.size).toBe(60);
    for (const one of workers) expect(one.received.length).toBeGreaterThan(5);
    await bench.end(await bench.start('each'));
    expect(places(...workers)).toEqual(before);
    expect(workers.reduce((sum, one) => sum + one.received.length, 0)).toBe(120); // each command came once
    const chosen = (await bench.history(first)).flatMap((event) => (event.type === 'stepsDispatched' ? [event.data] : []));
    for (const { worker: ref, paths } of chosen)
      for (const path of paths) expect(before.get(`key-${path.split('/')[1]}`)).toBe(ref!.id);
  });

  it('with an affinity move when their worker drains, and the others stay; its own come back with it', async () => {
    await register(each(60, { affinity: '${item}' }));
    const workers = [await worker('a'), await worker('b'), await worker('c')];
    await node('one', 3);
    await bench.end(await bench.start('each'));
    const before = places(...workers);
    workers[1]!.facts = { id: 'b', status: 'draining' };
    workers[1]!.announce();
    await bench.end(await bench.start('each'));
    const after = places(...workers);
    for (const [key, id] of before) if (id !== 'b') expect(after.get(key)).toBe(id);
    expect(workers[1]!.received).toHaveLength([...before.values()].filter((id) => id === 'b').length);
    workers[1]!.facts = { id: 'b' };
    workers[1]!.announce();
    await bench.end(await bench.start('each'));
    expect(places(workers[0]!, workers[2]!, workers[1]!)).toEqual(before);
  });

  it('run elsewhere when their worker is killed with them, once each, and other values have not moved', async () => {
    await register(each(30, { affinity: '${item}' }));
    const dead = await worker('dead', () => undefined);
    const alive = [await worker('a'), await worker('b')];
    await node('one', 3);
    const id = await bench.start('each');
    await until(
      () => (dead.received.length > 0 && alive[0]!.received.length + alive[1]!.received.length > 0 ? true : undefined),
      10_000,
    );
    const held = await until(() => {
      const all = [dead, ...alive].reduce((sum, one) => sum + one.received.length, 0);
      return all === 30 ? [...dead.received] : undefined;
    }, 10_000);
    const before = places(...alive);
    dead.stop();
    await dead.leave();
    await bench.end(id);
    const after = places(...alive);
    for (const [key, place] of before) expect(after.get(key)).toBe(place);
    expect(alive.reduce((sum, one) => sum + one.received.length, 0)).toBe(30);
    for (const command of held!) {
      const again = alive.flatMap((one) => one.received).filter((other) => other.token === command.token);
      expect(again.map((other) => other.delivery)).toEqual([2]);
    }
  });

  it('go where the labels are, and wait for them in words and without holding up others', async () => {
    await register(definitionOf('eu', [{ id: 's', task: 'work', requires: { zone: 'eu' }, input: { key: 'eu' } }]));
    await register(definitionOf('any', [{ id: 's', task: 'work', input: { key: 'any' } }]));
    const us = await worker('us', () => ({}), { labels: { zone: 'us' } });
    await bench.node('one');
    const waiting = await bench.start('eu');
    await bench.end(await bench.start('any'));
    expect(us.received.map(keyOf)).toEqual(['any']);
    const eu = await worker('eu', () => ({}), { labels: { zone: 'eu' } });
    await bench.end(waiting);
    expect(eu.received.map(keyOf)).toEqual(['eu']);
  });

  it('take as many slots as they say: a worker never runs more than it has slots for', async () => {
    await register(each(40, { slots: 3 }));
    const used = { now: 0, most: 0, steps: 0 };
    const tasks = new TaskRegistry();
    tasks.register('work', async (_input, step) => {
      used.now += 3;
      used.most = Math.max(used.most, used.now);
      used.steps += 1;
      await setTimeout(5, undefined, { signal: step.signal });
      used.now -= 3;
      return null;
    });
    const transport = new MemoryTransport({ broker: bench.broker });
    await transport.connect();
    const real = new Worker({ id: 'real', transport, registry: tasks, logger: pino({ level: 'silent' }), concurrency: 7 });
    await real.start();
    await bench.node('one');
    await bench.node('two'); // neither asks the other
    const ids = await bench.startMany('each', 3);
    for (const id of ids) expect((await bench.end(id)).status).toBe('completed');
    await real.drain();
    await transport.close();
    expect(used).toEqual({ now: 0, most: 6, steps: 120 });
  });

  it('are bound to the worker with the most free, one after the other', async () => {
    await register(each(8, { slots: 2 }));
    const [a, b] = [await worker('a', () => undefined, {}, 8), await worker('b', () => undefined, {}, 8)];
    await node('one', 2);
    await bench.start('each');
    await until(() => (a.received.length + b.received.length === 8 ? true : undefined), 10_000);
    expect([a.received.length, b.received.length]).toEqual([4, 4]);
  });

  it('are handed back and bound anew by a growing wait, without a hot loop, and run when there is room', async () => {
    await register(definitionOf('one', [{ id: 's', task: 'work', slots: 2, input: { key: 'k' } }]));
    let isFull = true;
    const full: ScriptedWorker = await worker('full', (command) => {
      if (!isFull) return {};
      void full.handBack(command);
      return undefined;
    });
    await bench.node('one');
    const id = await bench.start('one');
    await full.receives(4); // at once, then after 250, 500 and 1,000 ms
    expect(full.received.map(({ delivery }) => delivery)).toEqual([1, 2, 3, 4]);
    isFull = false;
    expect((await bench.end(id)).status).toBe('completed');
    expect(full.received).toHaveLength(5);
  });

  it('are found by the next owner when theirs is killed while they are out, and sent to nobody twice', async () => {
    await register(each(20, { affinity: '${item}' }));
    const workers = [await worker('a', () => undefined), await worker('b', () => undefined)];
    const killed = await node('killed', 2);
    const id = await bench.start('each');
    const all = await until(() => {
      const commands = workers.flatMap((one) => one.received.map((command) => ({ one, command })));
      return commands.length === 20 ? commands : undefined;
    }, 10_000);
    await killed.isQuiet();
    await killed.kill();
    await bench.expireLeases();
    await bench.node('heir');
    for (const { one, command } of all!) await one.complete(command, {});
    expect((await bench.end(id)).status).toBe('completed');
    expect(workers.reduce((sum, one) => sum + one.received.length, 0)).toBe(20);
  });

  it('look for another worker at once when the queue of theirs is gone', async () => {
    await register(definitionOf('one', [{ id: 's', task: 'work', affinity: 'x', input: { key: 'x' } }]));
    const workers = [await worker('a'), await worker('b')];
    await node('one', 2);
    await bench.end(await bench.start('one'));
    const [mine, other] = workers[0]!.received.length > 0 ? [workers[0]!, workers[1]!] : [workers[1]!, workers[0]!];
    mine.stop(); // no announcement says that it is gone
    await mine.leave();
    await bench.end(await bench.start('one'));
    expect([mine.received.length, other.received.length]).toEqual([1, 1]);
  });
});

describe('steps that ask for nothing', () => {
  it('are shared evenly by equal workers', async () => {
    const bench = await OrchestratorBench.open({ partitions: 2 });
    try {
      await bench.register(
        definitionOf('chain', [
          { id: 'a', task: 'work' },
          { id: 'b', task: 'work' },
        ]),
      );
      const workers = [];
      for (let n = 0; n < 3; n += 1) workers.push(await bench.worker(() => ({}), undefined, 10));
      await bench.node('one');
      const ids = await bench.startMany('chain', 300);
      for (const id of ids) await bench.end(id);
      for (const { received } of workers) expect(Math.abs(received.length - 200)).toBeLessThan(60);
    } finally {
      await bench.close();
    }
  });
});

describe('three orchestrators', () => {
  it('own three, three and two of eight partitions, and four each when one of them has gone', async () => {
    const bench = await OrchestratorBench.open({ partitions: 8 });
    try {
      const nodes = [await bench.node('one'), await bench.node('two'), await bench.node('three')];
      const shares = (): number[] => nodes.map(({ ownership }) => ownership.partitions.length).sort();
      await until(() => (shares().join() === '2,3,3' ? true : undefined), 20_000);
      await nodes[0]!.kill();
      await until(async () => {
        const rows = await bench.rows<{ owner: string | null }>('SELECT owner FROM workflow_partitions');
        const [two, three] = ['two', 'three'].map((id) => rows.filter(({ owner }) => owner === id).length);
        return two === 4 && three === 4 ? true : undefined;
      }, 30_000);
    } finally {
      await bench.close();
    }
  });
});
