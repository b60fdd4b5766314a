import { jest } from '@jest/globals';
import { canonicalJson } from '#libs/engine';
import { DataFault } from '#libs/persistence';
import { stepQueue } from '#libs/contracts';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

const task = (id: string, rest: object = {}): object => ({ id, type: 'task', task: 'work', ...rest });
const chain = (name: string, ...ids: string[]) =>
  definitionOf(
    name,
    ids.map((id) => task(id)),
  );

describe('an orchestrator', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open();
  });
  afterEach(() => bench.close());

  it('brings an instance from its start to its end', async () => {
    await bench.register(chain('chain', 'a', 'b', 'c'));
    await bench.worker((command) => ({ [command.path]: command.attempt }));
    await bench.node('one');
    const id = await bench.start('chain', { input: { order: 1 } });
    expect(await bench.end(id)).toMatchObject({ status: 'completed', output: { c: 1 }, stepsDone: 3 });
  });

  it('finds a start whose hint was lost within a sweep or two', async () => {
    await bench.register(definitionOf('quick', []));
    await bench.node('one');
    const id = await bench.start('quick', { hint: false });
    const { endedAt, createdAt } = await bench.end(id);
    expect(endedAt! - createdAt).toBeLessThan(2_500);
  });

  it('starts at the time asked for: never before, and not a sweep later', async () => {
    await bench.register(definitionOf('quick', []));
    const node = await bench.node('one');
    await bench.end(await bench.start('quick')); // its queues are there
    const startAts = [300, 700, 1_100, 1_500].map((ms) => node.clock.nowMs() + ms);
    for (const startAt of startAts) {
      const { startedAt } = await bench.end(await bench.start('quick', { startAt }));
      expect(startedAt! - startAt).toBeGreaterThanOrEqual(0);
      expect(startedAt! - startAt).toBeLessThan(400);
    }
  });

  it('tries again when the delay of the retry is over, and never earlier', async () => {
    await bench.register(
      definitionOf('retry', [task('a', { retry: { maxAttempts: 3, delay: '300ms', backoff: 'constant', jitter: 0 } })]),
    );
    const worker = await bench.worker((command) => {
      if (command.attempt === 3) return 'done';
      const failure = { code: 'BOOM', message: 'boom', retryable: true };
      const { instanceId, path, token } = command;
      void worker.tell(command, { kind: 'failed', instanceId, path, token, failure, worker: worker.id, startedAt: 0 });
      return undefined;
    });
    await bench.node('one');
    const id = await bench.start('retry');
    await bench.end(id);
    const history = await bench.history(id);
    const dueAts = history.flatMap((event) => (event.type === 'stepRetryScheduled' ? [event.data.dueAt] : []));
    const scheduled = history.filter((event) => event.type === 'stepScheduled').slice(1);
    expect(dueAts).toHaveLength(2);
    scheduled.forEach(({ at }, index) => {
      expect(at).toBeGreaterThanOrEqual(dueAts[index]!);
      expect(at - dueAts[index]!).toBeLessThan(1_000);
    });
  });

  it('sends no further command of a cancelled instance, and says once what became of the cancel', async () => {
    await bench.register(definitionOf('slow', [task('a', { onCancel: 'wait' }), task('b')]));
    const worker = await bench.worker(() => undefined);
    await bench.node('one');
    const id = await bench.start('slow');
    const [command] = await worker.receives(1);
    await bench.cancel(id, 3);
    await worker.complete(command!, {});
    expect((await bench.end(id)).status).toBe('cancelled');
    expect(worker.received).toHaveLength(1);
    expect(await bench.rows('SELECT outcome FROM workflow_inbox')).toEqual([{ outcome: 'applied' }]);
  });

  it('cancels an instance that is to start later, which keeps its tags', async () => {
    await bench.register(chain('chain', 'a'));
    const node = await bench.node('one');
    const id = await bench.start('chain', { startAt: node.clock.nowMs() + 3_600_000, tags: { team: 'blue' } });
    await bench.cancel(id);
    expect(await bench.end(id)).toMatchObject({ status: 'cancelled', tags: { team: 'blue' }, startedAt: null });
    expect(await bench.rows('SELECT * FROM workflow_wakeups')).toEqual([]);
  });

  it('sends a command again whose queue was deleted', async () => {
    await bench.register(chain('chain', 'a', 'b'));
    const worker = await bench.worker((command) => (command.path === 'a' ? undefined : {}));
    await bench.node('one');
    const id = await bench.start('chain');
    const [command] = await worker.receives(1);
    await bench.transport.deleteQueue(stepQueue('default', 'work'));
    await worker.complete(command!, {});
    expect((await bench.end(id)).status).toBe('completed');
    expect(await bench.rows('SELECT * FROM workflow_unsent')).toEqual([]);
  });

  it('runs a fan-out of 10,000 steps', async () => {
    const wide = Array.from({ length: 10_000 }, (_, n) => task(`s${n}`, { needs: [] }));
    await bench.register(definitionOf('wide', wide));
    const worker = await bench.worker(() => 1, undefined, 1_000);
    await bench.node('one');
    expect((await bench.end(await bench.start('wide'))).stepsDone).toBe(10_000);
    expect(new Set(worker.received.map((command) => command.token)).size).toBe(10_000);
    expect(worker.received).toHaveLength(10_000);
  });

  it('fails a step whose command is too big, and goes on with everything else', async () => {
    await bench.register(chain('big', 'a', 'b', 'c')); // without an input of its own, a step receives all outputs before it
    await bench.register(chain('chain', 'x'));
    await bench.worker(({ path }) => ({ [path]: path === 'x' ? 1 : 'x'.repeat(1_500_000) }));
    await bench.node('one');
    const [big, other] = [await bench.start('big'), await bench.start('chain')];
    expect(await bench.end(big)).toMatchObject({ status: 'failed', error: { code: 'INPUT_INVALID', path: 'c' } });
    expect((await bench.end(other)).status).toBe('completed');
  });

  it('fails a step that computes a task nobody names; one that only a definition names waits for its worker', async () => {
    await bench.register(definitionOf('computed', [{ id: 'a', type: 'task', task: '${input.task}' }]));
    await bench.register(definitionOf('other', [{ id: 'a', type: 'task', task: 'named' }]));
    await bench.register(chain('chain', 'a'));
    await bench.worker(() => 'done');
    const node = await bench.node('one');
    await bench.end(await bench.start('chain')); // its worker is heard
    await node.services.tasks.refresh();
    node.workers.setListening(performance.now() - 60_000); // long enough to know all workers
    const start = (task: string) => bench.start('computed', { input: { task } });
    const named = await start('named');
    expect(await bench.end(await start('slip'))).toMatchObject({ error: { code: 'EXPRESSION_FAILED', path: 'a' } });
    expect(await bench.end(await start('work'))).toMatchObject({ status: 'completed', output: 'done' });
    await bench.worker(() => 'late', [{ queue: 'default', task: 'named' }]);
    expect(await bench.end(named)).toMatchObject({ status: 'completed', output: 'late' });
    expect(await bench.rows("SELECT 1 FROM workflow_queues WHERE task = 'slip'")).toEqual([]);
  });

  it('turns a completion the database refuses into a failed attempt, and lets its neighbours pass', async () => {
    await bench.register(chain('chain', 'a'));
    await bench.worker((command) => command.input);
    const node = await bench.node('one');
    node.commitFault = (batch, commit) => {
      const isGuilty = batch.events.some(
        ({ event }) => event.type === 'stepCompleted' && canonicalJson(event.data.output) === '{"v":"poison"}',
      );
      return isGuilty ? Promise.reject(new DataFault('22021', 'invalid byte sequence')) : commit();
    };
    const inputs = [1, 2, 'poison', 3, 4];
    const ids = await Promise.all(inputs.map((input) => bench.start('chain', { input: { v: input } })));
    const ends = await Promise.all(ids.map((id) => bench.end(id)));
    expect(ends[2]).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_INVALID' } });
    expect(ends.filter((head) => head.status === 'completed')).toHaveLength(4);
  });

  it.each([
    { what: 'arrived', commitsFirst: true },
    { what: 'did not arrive', commitsFirst: false },
  ])('goes on after a commit of unknown outcome that $what', async ({ commitsFirst }) => {
    await bench.register(chain('chain', 'a', 'b'));
    const worker = await bench.worker(() => ({}));
    const node = await bench.node('one');
    let cuts = 0;
    node.commitFault = async (batch, commit) => {
      const isCut = batch.events.some(({ event }) => event.path !== undefined) && cuts < 2;
      if (!isCut) return commit();
      cuts += 1;
      if (commitsFirst) await commit();
      throw Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' });
    };
    const id = await bench.start('chain');
    expect((await bench.end(id)).status).toBe('completed');
    expect(cuts).toBe(2);
    const ends = (await bench.history(id)).filter((event) => event.type === 'stepCompleted');
    expect(ends.map((event) => event.path)).toEqual(['a', 'b']);
    expect(worker.received.length).toBeLessThanOrEqual(4);
  });
});
