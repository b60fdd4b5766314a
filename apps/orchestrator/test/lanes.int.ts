import { jest } from '@jest/globals';
import type { InstanceId } from '#libs/engine';
import { changeLane, type LaneChange } from '#libs/persistence';
import { attemptsOf, mostAtOnce, sentPerWindow, until } from '#libs/testing';
import { committed } from '../../../libs/persistence/src/connections/in-transaction.js';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

const task = (id: string, rest: object = {}): object => ({ id, type: 'task', task: 'work', needs: [], ...rest });
/** Steps beside each other. */
const many = (name: string, count: number, rest: object = {}) =>
  definitionOf(
    name,
    Array.from({ length: count }, (_, n) => task(`s${n}`, rest)),
  );

describe('limits of queues and tasks', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open({ partitions: 4 });
  });
  afterEach(() => bench.close());

  const set = (scope: 'queue' | 'task', name: string, change: LaneChange) =>
    committed(bench.pool, (client) => changeLane(client, { scope, name }, change));
  const attempts = (of: { queue?: string; task?: string } = {}) => attemptsOf((sql, values) => bench.rows(sql, values), of);
  const ended = (ids: readonly InstanceId[]) => Promise.all(ids.map((id) => bench.end(id)));
  const startAll = (definition: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => bench.start(definition)));

  const settled = async (isSo: () => boolean) => expect(await until(() => isSo() || undefined, 10_000)).toBe(true);

  it('keeps a queue and a task within their concurrency over all partitions, and uses all of it', async () => {
    await set('queue', 'default', { concurrency: 5 });
    await set('task', 'slow', { concurrency: 2 });
    await bench.register(
      definitionOf('mixed', [task('a'), task('b'), task('c', { task: 'slow' }), task('d', { needs: ['a', 'b'] })]),
    );
    const worker = await bench.worker(
      (command) => void setTimeout(() => void worker.complete(command), 15),
      ['work', 'slow'].map((name) => ({ queue: 'default', task: name })),
    );
    await bench.node('one');
    await bench.node('two');
    await ended(await startAll('mixed', 20));
    const all = await attempts();
    expect(all).toHaveLength(80);
    expect(mostAtOnce(all)).toBe(5);
    expect(mostAtOnce(all.filter((one) => one.task === 'slow'))).toBeLessThanOrEqual(2); // the queue's other tasks may leave it one
  });

  it('gives one busy partition the whole limit, and takes it back for the others', async () => {
    await set('queue', 'default', { concurrency: 6 });
    await bench.register(many('wide', 30));
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('wide');
    await worker.receives(6);
    expect(mostAtOnce(await attempts())).toBe(6);
    const others = await startAll('wide', 8);
    for (let done = 0; done < 9 * 30; done += 1) await worker.complete((await worker.receives(done + 1))[done]!);
    await ended([id, ...others]);
    expect(mostAtOnce(await attempts())).toBe(6);
  });

  it('dispatches nothing more when a limit is lowered, until enough has ended', async () => {
    await set('queue', 'default', { concurrency: 8 });
    await bench.register(many('wide', 20));
    const worker = await bench.worker(() => undefined);
    const node = await bench.node('one');
    const id = await bench.start('wide');
    await worker.receives(8);
    await set('queue', 'default', { concurrency: 2 });
    await settled(() => node.services.lanes.row('queue', 'default')?.concurrency === 2);
    const lowered = node.clock.nowMs();
    for (let done = 0; done < 20; done += 1) await worker.complete((await worker.receives(done + 1))[done]!);
    await bench.end(id);
    const all = await attempts();
    for (const { dispatchedAt } of all.filter((one) => one.dispatchedAt! > lowered)) {
      const out = all.filter((one) => one.dispatchedAt! <= dispatchedAt! && one.endedAt! > dispatchedAt!);
      expect(out.length).toBeLessThanOrEqual(2);
    }
  });

  it('sends no more in a second by the clock than its rate says', async () => {
    await set('task', 'work', { rate: { limit: 20, per: 'second' } });
    await bench.register(many('wide', 10));
    await bench.worker(() => null);
    await bench.node('one');
    await bench.node('two');
    await ended(await startAll('wide', 7));
    const windows = [...sentPerWindow(await attempts(), 1_000).values()];
    expect(Math.max(...windows)).toBeLessThanOrEqual(20);
    expect(windows.reduce((sum, count) => sum + count, 0)).toBe(70);
  });

  it('dispatches nothing of a paused queue, touches nothing that runs, and goes on afterwards', async () => {
    await bench.register(definitionOf('chain', [task('a'), task('b', { needs: ['a'] })]));
    const worker = await bench.worker(() => undefined);
    const node = await bench.node('one');
    const id = await bench.start('chain');
    const [first] = await worker.receives(1);
    await set('queue', 'default', { paused: true, reason: 'month end' });
    await settled(() => node.services.lanes.row('queue', 'default')?.paused === true);
    await worker.complete(first!);
    await node.isQuiet();
    expect((await attempts()).filter((one) => one.dispatchedAt === null)).toHaveLength(1);
    await set('queue', 'default', { paused: false });
    await worker.complete((await worker.receives(2))[1]!);
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
  });

  it('takes the priority of the queue where nobody says one', async () => {
    await set('queue', 'default', { priority: 7 });
    await bench.register(definitionOf('plain', [task('a'), task('b', { priority: 2 })]));
    await bench.worker(() => null);
    await bench.node('one');
    await bench.end(await bench.start('plain'));
    expect((await attempts()).map((one) => [one.path, one.priority]).sort()).toEqual([
      ['a', 7],
      ['b', 2],
    ]);
  });

  it('opens the breaker of a task that fails, lets one attempt through after a while, and closes when that works', async () => {
    await set('task', 'work', { breaker: 'auto', breakAfter: 3, breakForMs: 400 });
    const retry = { maxAttempts: 50, delay: '10ms', backoff: 'constant', jitter: 0 };
    await bench.register(many('wide', 6, { retry }));
    let isBroken = true;
    const failure = { code: 'DOWN', message: 'down', retryable: true };
    const worker = await bench.worker((command) => {
      if (!isBroken) return null;
      const { instanceId, path, token } = command;
      void worker.tell(command, { kind: 'failed', instanceId, path, token, failure, worker: worker.id, startedAt: 0 });
      return undefined;
    });
    await bench.node('one');
    const id = await bench.start('wide');
    const changes = () => bench.rows<{ action: string; at: number }>('SELECT action, at FROM workflow_operator_log ORDER BY id');
    expect(await until(async () => ((await changes()).length >= 3 ? true : undefined), 20_000)).toBe(true);
    isBroken = false;
    expect(await bench.end(id)).toMatchObject({ status: 'completed' });
    const told = await changes();
    const states = told.map(({ action }) => action.replace('task.breaker.', ''));
    expect(states.slice(0, 3)).toEqual(['open', 'halfOpen', 'open']);
    expect(states.at(-1)).toBe('closed');
    const [from, , to] = told.map(({ at }) => at);
    const tries = (await attempts()).filter(({ dispatchedAt }) => dispatchedAt! > from! && dispatchedAt! <= to!);
    expect(tries).toHaveLength(1);
  });

  it('reads past a long backlog of a paused queue after a take-over, to what can move', async () => {
    await set('queue', 'nightly', { paused: true });
    await bench.register(definitionOf('night', [task('a', { queue: 'nightly' })]));
    await bench.register(definitionOf('day', [task('a')]));
    const first = await bench.node('one');
    const nightly = 24_000; // in memory only in part, in each of four partitions
    await bench.startMany('night', nightly);
    const [last] = await bench.startMany('day', 1); // no worker yet
    const queued = () => bench.rows<{ n: string }>(`SELECT count(*) n FROM workflow_wakeups WHERE work = 'queued'`);
    const areQueued = async () => (Number((await queued())[0]!.n) === nightly + 1 ? true : undefined);
    expect(await until(areQueued, 50_000)).toBe(true);
    await first.kill();
    await bench.expireLeases();
    await bench.worker(() => null);
    await bench.node('two');
    expect(await bench.end(last!)).toMatchObject({ status: 'completed' });
  }, 120_000);

  it('loses no slot with an orchestrator that dies', async () => {
    await set('queue', 'default', { concurrency: 4 });
    await bench.register(many('wide', 6));
    let isHolding = true;
    const worker = await bench.worker(() => (isHolding ? undefined : null));
    const first = await bench.node('one');
    const ids = await startAll('wide', 6);
    const held = [...(await worker.receives(4))];
    await first.kill();
    await bench.expireLeases();
    await bench.node('two');
    isHolding = false;
    for (const command of held) await worker.complete(command);
    await ended(ids);
    const all = await attempts();
    expect(mostAtOnce(all)).toBe(4);
  });
});
