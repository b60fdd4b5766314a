import { jest } from '@jest/globals';
import type { InstanceId, Json } from '#libs/engine';
import { EventDoor } from '#libs/persistence';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

const task = (id: string, rest: object = {}): object => ({ id, type: 'task', task: 'work', ...rest });
const guarded = (name: string, limit: number) =>
  definitionOf(name, [{ id: 'guard', type: 'lock', key: '${input.key}', limit, steps: [task('inside')] }]);
const waiting = (name: string, rest: object = {}) =>
  definitionOf(name, [{ id: 'paid', type: 'event', names: ['paid'], correlate: '${input.key}', ...rest }]);

describe('keys', () => {
  let bench: OrchestratorBench;
  let door: EventDoor;
  beforeEach(async () => {
    bench = await OrchestratorBench.open();
    door = new EventDoor(bench.pool);
  });
  afterEach(() => bench.close());

  const deliver = (key: string, payload: Json, id?: string) =>
    door.deliverByKey({ tenant: 'main', name: 'paid', key, payload, ...(id !== undefined && { id }) });
  const until = async (what: string, sql: string, values: unknown[] = []): Promise<void> => {
    const deadline = performance.now() + 15_000;
    while ((await bench.rows(sql, values)).length === 0) {
      if (performance.now() > deadline) throw new Error(`never saw ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const subscribed = (id: InstanceId) =>
    until('the subscription', 'SELECT 1 FROM workflow_subscriptions WHERE instance_id = $1', [id]);
  const nothingLeft = async () => {
    expect(await bench.rows('SELECT * FROM workflow_lock_requests')).toEqual([]);
    expect(await bench.rows('SELECT * FROM workflow_subscriptions')).toEqual([]);
  };

  it.each([1, 3])('lets %i of 50 instances hold a lock, on two partitions, and leaves nothing behind', async (limit) => {
    await bench.register(guarded('guarded', limit));
    let inside = 0;
    let most = 0;
    const worker = await bench.worker((command) => {
      inside += 1;
      most = Math.max(most, inside);
      setTimeout(() => {
        inside -= 1;
        void worker.complete(command, {});
      }, 5);
      return undefined;
    });
    await bench.node('one');
    const ids = await Promise.all(Array.from({ length: 50 }, () => bench.start('guarded', { input: { key: 'k' } })));
    for (const id of ids) expect((await bench.end(id)).status).toBe('completed');
    expect(most).toBe(limit);
    const fences = [];
    for (const id of ids)
      fences.push(...(await bench.history(id)).flatMap((one) => (one.type === 'lockGranted' ? [one.data.fence] : [])));
    expect(new Set(fences).size).toBe(50);
    await nothingLeft();
  });

  it('grants on after the holder was killed between a commit and what follows it', async () => {
    await bench.register(guarded('guarded', 1));
    const worker = await bench.worker(() => undefined);
    const dead = await bench.node('dead');
    const first = await bench.start('guarded', { input: { key: 'k' } });
    const [held] = await worker.receives(1);
    const second = await bench.start('guarded', { input: { key: 'k' } });
    await until('the request', 'SELECT 1 FROM workflow_lock_requests WHERE instance_id = $1 AND fence IS NULL', [second]);
    const killed = Promise.withResolvers<void>();
    dead.commitFault = async (batch, commit) => {
      await commit();
      if ((batch.lockReleases ?? []).length === 0) return;
      killed.resolve(dead.kill());
      throw new Error('killed');
    };
    await worker.complete(held!, {});
    await killed.promise;
    await bench.expireLeases();
    await bench.node('heir');
    const [, next] = await worker.receives(2);
    expect(next!.instanceId).toBe(second);
    await worker.complete(next!, {});
    expect((await bench.end(second)).status).toBe('completed');
    expect((await bench.head(first))!.status).toBe('completed'); // told to nobody: the process was gone
    await nothingLeft();
  });

  it('gives a lock back when its holder is cancelled', async () => {
    await bench.register(guarded('guarded', 1));
    const worker = await bench.worker((command) => (command.instanceId === first ? undefined : {}));
    await bench.node('one');
    const first = await bench.start('guarded', { input: { key: 'k' } });
    await worker.receives(1);
    const second = await bench.start('guarded', { input: { key: 'k' } });
    await bench.cancel(first);
    expect((await bench.end(first)).status).toBe('cancelled');
    expect((await bench.end(second)).status).toBe('completed');
    await nothingLeft();
  });

  it('brings an event to everybody who waits for its key', async () => {
    await bench.register(waiting('waiting'));
    await bench.node('one');
    const ids = [await bench.start('waiting', { input: { key: 'k' } }), await bench.start('waiting', { input: { key: 'k' } })];
    for (const id of ids) await subscribed(id);
    expect((await deliver('k', { n: 1 }, 'e-1')).instances).toEqual([...ids].sort());
    for (const id of ids)
      expect(await bench.end(id)).toMatchObject({ status: 'completed', output: { name: 'paid', payload: { n: 1 } } });
    expect(await door.outcome('main', 'e-1')).toMatchObject({ outcome: 'matched', instances: ids });
    await nothingLeft();
  });

  it('gives what was kept to the first whose filter fits, without waiting for a sweep', async () => {
    await bench.register(waiting('picky', { filter: '${event.payload.n > 1}' }));
    await bench.node('one');
    for (const n of [1, 2]) await deliver('k', { n }, `e-${n}`);
    const { output } = await bench.end(await bench.start('picky', { input: { key: 'k' } }));
    expect(output).toMatchObject({ payload: { n: 2 } });
    expect((await door.list('main', { limit: 10 })).items).toMatchObject([{ id: 'e-1', status: 'waiting' }]);
  });

  it('keeps for the next what everybody refused', async () => {
    await bench.register(waiting('picky', { filter: '${event.payload.n > 1}' }));
    await bench.register(waiting('waiting'));
    await bench.node('one');
    const picky = await bench.start('picky', { input: { key: 'k' } });
    await subscribed(picky);
    await deliver('k', { n: 1 }, 'e-1');
    await until('it kept', `SELECT 1 FROM workflow_keyed_events WHERE status = 'kept'`);
    expect((await bench.end(await bench.start('waiting', { input: { key: 'k' } }))).output).toMatchObject({ payload: { n: 1 } });
    await bench.cancel(picky);
    await bench.end(picky);
    await nothingLeft();
  });

  it('emits an event by key that another instance waits for, also when it is killed before it does', async () => {
    await bench.register(waiting('waiting'));
    await bench.register(
      definitionOf('emitting', [{ id: 'tell', type: 'emit', event: { name: 'paid', key: '${input.key}', payload: '${input}' } }]),
    );
    const dead = await bench.node('dead');
    const waits = await bench.start('waiting', { input: { key: 'k' } });
    await subscribed(waits);
    const killed = Promise.withResolvers<void>();
    dead.commitFault = async (batch, commit) => {
      await commit();
      if (!batch.events.some(({ event }) => event.type === 'emitRequested')) return;
      killed.resolve(dead.kill());
      throw new Error('killed');
    };
    const emits = await bench.start('emitting', { input: { key: 'k' } });
    await killed.promise;
    await bench.expireLeases();
    await bench.node('heir');
    expect((await bench.end(emits)).output).toEqual({ matched: 1, kept: false });
    expect((await bench.end(waits)).output).toMatchObject({ payload: { key: 'k' } });
    expect(await bench.rows(`SELECT 1 FROM workflow_wakeups`)).toEqual([]);
  });
});
