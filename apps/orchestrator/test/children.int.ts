import { jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { bucketOf } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { InstanceDoor } from '#libs/persistence';
import { until } from '#libs/testing';
import { startRow } from '../../../libs/persistence/src/testing/rows.js';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

const task = (id: string, rest: object = {}): object => ({ id, task: 'work', ...rest });
const call = (workflow: string, rest: object = {}): object => ({
  id: 'call',
  type: 'workflow',
  workflow,
  retry: 'none',
  ...rest,
});

describe('children', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open({ partitions: 4 });
  });
  afterEach(() => bench.close());

  const childrenOf = async (id: InstanceId): Promise<InstanceId[]> =>
    (await bench.rows<{ id: InstanceId }>('SELECT id FROM workflow_instances WHERE parent = $1 ORDER BY id', [id])).map(
      (row) => row.id,
    );
  const childOf = async (id: InstanceId): Promise<InstanceId> => {
    for (;;) {
      const [child] = await childrenOf(id);
      if (child !== undefined) return child;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('give their output to the step that started them', async () => {
    await bench.register(definitionOf('inner', [task('a')]));
    await bench.register(definitionOf('outer', [call('inner', { input: { n: '${input.n}' } })]));
    await bench.worker(({ input }) => ({ got: input }));
    await bench.node('one');
    const id = await bench.start('outer', { input: { n: 5 } });
    expect(await bench.end(id)).toMatchObject({ status: 'completed', output: { got: { n: 5 } } });
    const [child] = await childrenOf(id);
    expect(await bench.head(child!)).toMatchObject({ status: 'completed', origin: { parent: { instance: id, path: 'call' } } });
    expect(await bench.rows('SELECT * FROM workflow_inbox WHERE applied_seq IS NULL')).toEqual([]);
  });

  it('carry payloads over 64 KiB both ways', async () => {
    const big = 'x'.repeat(150_000);
    await bench.register(definitionOf('inner', [task('a')]));
    await bench.register(definitionOf('outer', [call('inner', { input: { text: '${input.text}' } })]));
    await bench.worker(({ input }) => input);
    await bench.node('one');
    const id = await bench.start('outer', { input: { text: big } });
    expect(await bench.end(id)).toMatchObject({ status: 'completed', output: { text: big } });
  });

  it.each(['{"', '{}'])(
    'that are asked for in a row that was written over become an incident, and stay to be mended: %s',
    async (content) => {
      await bench.node('one');
      const id = uuidv7();
      await bench.rows(
        `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at) VALUES ($1, 'p:7', $2, 'startChild', $3, 1)`,
        [id, bucketOf(id), content],
      );
      const open = () => bench.incidentQueries.list({ status: 'open', instanceId: id }, { limit: 10 });
      const found = await until(async () => (await open()).items[0], 20_000);
      expect(found).toMatchObject({
        kind: 'broken',
        instanceId: id,
        reason: expect.stringContaining('startChild cannot be read'),
      });
      expect(found?.reason).toContain('p:7');
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(await bench.rows('SELECT applied_seq FROM workflow_inbox WHERE instance_id = $1', [id])).toEqual([
        { applied_seq: null },
      ]);
      expect((await open()).items).toMatchObject([{ deliveries: 1 }]);
    },
  );

  it.each([
    ['absent', {}, 'DEFINITION_NOT_FOUND'],
    ['strict', { version: '^9' }, 'VERSION_NOT_FOUND'],
    ['strict', { input: { n: 'text' } }, 'INPUT_INVALID'],
  ])('that cannot be started fail their step: %s %j', async (workflow, rest, code) => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } } };
    await bench.register(definitionOf('strict', [], { input: { schema } }));
    await bench.register(definitionOf('outer', [call(workflow, rest)]));
    await bench.node('one');
    const id = await bench.start('outer');
    expect(await bench.end(id)).toMatchObject({ status: 'failed', error: { code } });
    expect(await childrenOf(id)).toEqual([]);
  });

  it('are cancelled with their parent, and tell a parent that they were cancelled', async () => {
    await bench.register(definitionOf('inner', [task('a', { onCancel: 'abandon' })]));
    await bench.register(definitionOf('outer', [call('inner')]));
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const [first, second] = [await bench.start('outer'), await bench.start('outer')];
    await worker.receives(2);
    await bench.cancel(first);
    expect((await bench.end(first)).status).toBe('cancelled');
    expect((await bench.end(await childOf(first))).status).toBe('cancelled');
    await bench.cancel(await childOf(second));
    expect(await bench.end(second)).toMatchObject({ status: 'failed', error: { code: 'CHILD_FAILED' } });
  });

  it('leave no orphan when the parent is cancelled while they are being started', async () => {
    await bench.register(definitionOf('inner', [task('a', { onCancel: 'abandon' })]));
    await bench.register(definitionOf('outer', [call('inner')]));
    await bench.worker(() => undefined);
    await bench.node('one');
    const ids = await bench.startMany('outer', 40);
    await Promise.all(ids.map((id, n) => new Promise((done) => setTimeout(done, n * 5)).then(() => bench.cancel(id))));
    for (const id of ids) expect((await bench.end(id)).status).toBe('cancelled');
    for (const id of ids) for (const child of await childrenOf(id)) expect((await bench.end(child)).status).toBe('cancelled');
  });

  it('with a taken key join the instance there is, running or ended', async () => {
    await bench.register(definitionOf('inner', [task('a')]));
    await bench.register(definitionOf('outer', [call('inner', { key: 'K' })]));
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const row = startRow({ definition: 'inner', key: 'K' });
    await new InstanceDoor(bench.pool).insertStarts([row]);
    await bench.hint(row.id);
    const [command] = await worker.receives(1);
    const ids = await bench.startMany('outer', 5);
    while ((await bench.rows('SELECT 1 FROM workflow_attachments')).length < 5) await new Promise((done) => setTimeout(done, 20));
    await worker.complete(command!, { done: 1 });
    for (const id of ids) expect(await bench.end(id)).toMatchObject({ status: 'completed', output: { done: 1 } });
    const late = await bench.start('outer');
    expect(await bench.end(late)).toMatchObject({ status: 'completed', output: { done: 1 } });
    expect(worker.received).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)(
    'are made once when the owner is killed just %s the commit that asks for them',
    async (when) => {
      await bench.register(definitionOf('inner', [task('a')]));
      await bench.register(definitionOf('outer', [call('inner')]));
      await bench.worker(() => ({ ok: true }));
      const dead = await bench.node('dead');
      const killed = Promise.withResolvers<void>();
      dead.commitFault = async (batch, commit) => {
        const isAsking = batch.events.some(({ event }) => event.type === 'childRequested');
        if (!isAsking) return commit();
        if (when === 'after') await commit();
        killed.resolve(dead.kill());
        throw new Error('killed');
      };
      const id = await bench.start('outer');
      await killed.promise;
      await bench.expireLeases();
      await bench.node('heir');
      expect(await bench.end(id)).toMatchObject({ status: 'completed', output: { ok: true } });
      expect(await childrenOf(id)).toHaveLength(1);
    },
  );
});
