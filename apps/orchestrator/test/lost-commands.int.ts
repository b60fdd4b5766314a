import { until } from '#libs/testing';
import { jest } from '@jest/globals';
import { partitionQueue } from '#libs/contracts';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

describe('a command that nobody holds', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open({ partitions: 1 });
    await bench.register(definitionOf('one', [{ id: 'a', type: 'task', task: 'work' }]));
    await bench.register(definitionOf('claimed', [{ id: 'a', type: 'task', task: 'work', effect: 'atMostOnce' }]));
  });
  afterEach(() => bench.close());

  it('is sent again when its worker has gone, also while messages keep the partition busy', async () => {
    const dead = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('one');
    const [command] = await dead.receives(1);
    dead.stop();
    await dead.leave();
    const heir = await bench.worker(() => ({}));
    let isOver = false;
    const noise = async (): Promise<void> => {
      while (!isOver) {
        const { ready = 0 } = (await bench.transport.queueDepth(partitionQueue(1, 0))) ?? {};
        if (ready < 100) await bench.hint(...Array.from({ length: 40 }, () => id));
        else await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const busy = noise();
    expect((await bench.end(id)).status).toBe('completed');
    isOver = true;
    await busy;
    expect(heir.received.map(({ token, delivery }) => [token, delivery])).toEqual([[command!.token, 2]]);
  });

  it('stays where it is while its worker lists it, however long that takes', async () => {
    const slow = await bench.worker(() => undefined);
    const node = await bench.node('one');
    const id = await bench.start('one');
    const [command] = await slow.receives(1);
    // two rounds of judging another command, which is lost, show that this one was looked at as well
    const lost = await bench.start('one');
    const [, other] = await slow.receives(2);
    slow.forget(other!);
    const [, , again] = await slow.receives(3);
    expect(again!.instanceId).toBe(lost);
    await slow.complete(again!, {});
    await slow.complete(command!, {});
    expect((await bench.end(id)).status).toBe('completed');
    expect(slow.received).toHaveLength(3);
    expect(node.ownership.partitions).toHaveLength(1);
  });

  it('is never sent again once it was claimed: a lost claim of a step that must not run twice fails it, and a person is told', async () => {
    const dead = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('claimed');
    const [command] = await dead.receives(1);
    await dead.claim(command!);
    dead.stop();
    await dead.leave();
    expect(await bench.end(id)).toMatchObject({ status: 'failed', error: { code: 'WORKER_LOST' } });
    const incidents = () => bench.rows('SELECT kind, instance_id AS id, path FROM workflow_incidents');
    await until(async () => ((await incidents()).length > 0 ? true : undefined), 10_000); // written beside the commit
    expect(await incidents()).toEqual([{ kind: 'lostStep', id, path: 'a' }]);
  });
});
