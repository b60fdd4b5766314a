import { jest } from '@jest/globals';
import { bucketOf, exchanges, partitionKey, partitionOf, redriveHeader, type StepCommand } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { deadLetterQueueSpec, encodeEnvelope } from '#libs/messaging';
import { type IncidentRow, IncidentStore } from '#libs/persistence';
import { until } from '#libs/testing';
import { BatchFold } from '../src/partitions/batch-fold.js';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';
import type { OrchestratorNode } from './bench/orchestrator-node.js';

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
  const keyOf = (id: string) => partitionKey(partitionOf(bucketOf(id), 2));
  const tell = (id: string, items: unknown[], headers: Record<string, string> = {}, routingKey = keyOf(id)) =>
    bench.transport.publish([
      {
        ...{ exchange: exchanges.partitions, routingKey, headers },
        content: encodeEnvelope({ v: 1, tenant: 'main', kind: 'partition', items }),
      },
    ]);

  it('one bad item of a message becomes an incident, the others are taken in', async () => {
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('one');
    const { token } = (await worker.receives(1))[0]!;
    const bad = {
      kind: 'completed',
      instanceId: id,
      path: 'a',
      token: 'many',
      output: 'x'.repeat(200_000),
      worker: 'w',
      startedAt: 0,
    };
    await tell(id, [bad, { ...bad, token }]);
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    await isOpen(1);
    const [{ id: incident }] = (await open()) as [IncidentRow];
    expect(JSON.parse((await bench.incidentQueries.get(incident))!.raw!.toString())).toEqual(bad); // whole, however large
    expect(await open()).toMatchObject([
      { kind: 'unreadable', code: 'WRONG_SHAPE', instanceId: id, path: 'a', definition: 'one' },
    ]);
  });

  it('a message with an item that is one too many is buried whole, and its other items are taken in', async () => {
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('one');
    const { token } = (await worker.receives(1))[0]!;
    jest.spyOn(IncidentStore.prototype, 'record').mockResolvedValueOnce(undefined);
    const good = { kind: 'completed', instanceId: id, path: 'a', token, output: 1, worker: 'w', startedAt: 0 };
    await tell(id, [{ ...good, token: 'many' }, good]);
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    const isBuried = async () => ((await bench.transport.queueDepth(deadLetterQueueSpec.name))?.ready === 1 ? true : undefined);
    expect(await until(isBuried, 20_000)).toBe(true);
  });

  it('what is sent to another partition than that of its instance is refused there, and its hints are passed over', async () => {
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('one');
    const { token } = (await worker.receives(1))[0]!;
    const item = { kind: 'completed', instanceId: id, path: 'a', token, output: 1, worker: 'w', startedAt: 0 };
    const other = partitionKey(1 - partitionOf(bucketOf(id), 2));
    await tell(id, [{ kind: 'hint', instanceId: id }], {}, other);
    await tell(id, [item, { kind: 'hint', instanceId: id }], {}, other);
    await isOpen(1);
    const [incident] = await open();
    expect(incident).toMatchObject({ kind: 'unreadable', code: 'WRONG_PARTITION', instanceId: id, path: 'a' });
    await tell(id, [{ ...item, instanceId: id.toUpperCase() }]); // the same instance, written otherwise
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    expect(await open()).toHaveLength(1);
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

  it('a definition somebody has written over stops its own instances', async () => {
    await bench.register(definitionOf('two', []));
    const spoilt = await bench.start('two');
    const ids = await Promise.all(Array.from({ length: 8 }, () => bench.start('one')));
    await bench.rows(`UPDATE workflow_definitions SET spec = '{"name": "two' WHERE name = 'two'`);
    await bench.worker(() => ({}));
    await bench.node('one');
    await Promise.all(ids.map((id) => bench.end(id)));
    await isOpen(1);
    expect(await open()).toMatchObject([
      { kind: 'broken', instanceId: spoilt, reason: expect.stringContaining('two@1.0.0') as string },
    ]);
  });

  const once = definitionOf('once', [{ id: 'a', type: 'task', task: 'work', effect: 'atMostOnce' }]);
  const claims = async (id: InstanceId) => (await bench.history(id)).filter(({ type }) => type === 'stepClaimed').length;
  /** An at-most-once step that a worker has begun. */
  async function begun() {
    await bench.register(once);
    const worker = await bench.worker(() => undefined);
    const id = await bench.start('once');
    const [command] = await worker.receives(1);
    await worker.claim(command!);
    await until(async () => (await claims(id)) === 1 || undefined, 20_000);
    return { id, command: command!, worker };
  }
  const lose = (node: OrchestratorNode, { instanceId, partition, path, token }: StepCommand): void => {
    const owner = node.ownership.partitions.find(({ number }) => number === partition)!;
    const message = { type: 'lost', path, token, code: 'WORKER_LOST' } as const;
    owner.push({ kind: 'message', instanceId: instanceId as InstanceId, message });
  };
  const isHeld = (id: string) => {
    const held = `SELECT kind FROM workflow_inbox WHERE instance_id = $1 AND applied_seq IS NULL`;
    return until(async () => (await bench.rows(held, [id]))[0], 20_000);
  };

  it('what comes while an instance is left alone is decided before anything else when that is over', async () => {
    const node = await bench.node('one');
    const { id, command, worker } = await begun();
    node.services.quarantine.add(id);
    await worker.complete(command, 'done once');
    expect(await isHeld(id)).toEqual({ kind: 'stepCompleted' });
    node.services.quarantine.lift(id);
    lose(node, command);
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    expect((await bench.history(id)).find(({ type }) => type === 'stepCompleted')?.data).toMatchObject({ output: 'done once' });
    expect(await open()).toEqual([]);
  });

  it('what came while an instance was left alone is decided by the next owner, too', async () => {
    const node = await bench.node('one');
    const { id, command, worker } = await begun();
    node.services.quarantine.add(id);
    await worker.complete(command, 'done once');
    await isHeld(id);
    await node.kill();
    await bench.expireLeases();
    await bench.node('two');
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    expect(await open()).toEqual([]);
  });

  it('a command that is handed back while its instance is left alone goes out again when that is over', async () => {
    await bench.register(definitionOf('plain', [{ id: 'a', type: 'task', task: 'work' }]));
    const worker = await bench.worker(() => undefined);
    const node = await bench.node('one');
    const id = await bench.start('plain');
    const [command] = await worker.receives(1);
    node.services.quarantine.add(id);
    await worker.handBack(command!);
    expect(await isHeld(id)).toEqual({ kind: 'returned' });
    node.services.quarantine.lift(id);
    const [, again] = await worker.receives(2);
    expect(again).toMatchObject({ instanceId: id, token: command!.token, delivery: 2 });
  });

  it.each([
    ['retryStep', { path: 'a' }, 'instance.retryStep'],
    ['skipStep', { path: 'a', output: 1 }, 'instance.skipStep'],
    ['retry', {}, 'instance.retry'],
  ] as const)('a lost step on which somebody acts by hand needs no other decision: %s', async (kind, act, through) => {
    const node = await bench.node('one');
    const { id, command, worker } = await begun();
    lose(node, command);
    await isOpen(1);
    const [incident] = await open();
    const content = { ...act, by: 'ada', reason: 'nothing was paid' };
    await bench.tell(id, { id: 'by-hand', kind, content });
    await until(async () => ((await open()).length === 0 ? true : undefined), 20_000);
    expect(await bench.incidentQueries.get(incident!.id)).toMatchObject({
      ...{ kind: 'lostStep', status: 'resolved', closedBy: 'ada', closedReason: 'nothing was paid' },
    });
    const { items } = await bench.operatorLog.list({ target: incident!.id }, { limit: 10 });
    expect(items).toMatchObject([{ actor: 'ada', action: 'incident.resolve', reason: 'nothing was paid' }]);
    expect(JSON.stringify(items[0]!.details)).toContain(through);
    if (kind === 'skipStep') return;
    const [, again] = await worker.receives(2); // a step that is lost once more wants a decision once more
    await worker.claim(again!);
    await until(async () => (await claims(id)) === 2 || undefined, 20_000);
    lose(node, again!);
    await isOpen(1);
  });

  it('an incident whose own decision was made is closed by whoever made it, not by the owner', async () => {
    const node = await bench.node('one');
    const { id, command, worker } = await begun();
    lose(node, command);
    await isOpen(1);
    const [incident] = await open();
    await bench.tell(id, { id: `incident:${incident!.id}:0`, kind: 'retryStep', content: { path: 'a' } });
    const [, again] = await worker.receives(2);
    await worker.claim(again!);
    await worker.complete(again!, 'done');
    await bench.end(id);
    expect((await open()).map((one) => one.id)).toEqual([incident!.id]);
  });
});
