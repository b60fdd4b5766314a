import type { TaskContext } from '../handlers/task-context.js';
import { command } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

/** A worker whose handler `slow` hands its context to the test, and ends when told. */
async function slowWorker(): Promise<{ step: Promise<TaskContext>; end: (output: unknown) => void }> {
  const slow = gate<unknown>();
  let tell!: (step: TaskContext) => void;
  const step = new Promise<TaskContext>((resolve) => (tell = resolve));
  harness = await startWorker((tasks) =>
    tasks.register('slow', (_input, context) => {
      tell(context);
      return slow.wait();
    }),
  );
  return { step, end: slow.open };
}

/** Time passes in small pieces, so that confirms come in between. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    harness.clock.advance(Math.min(250, ms - passed));
    await turns(3);
  }
}

describe('heartbeats', () => {
  it('tell the owner once a second at most, the latest details, and nothing twice', async () => {
    const { step, end } = await slowWorker();
    await harness.owner.send([command({ task: 'slow' })]);
    const { heartbeat } = await step;
    for (let done = 1; done <= 20; done += 1) {
      heartbeat({ done });
      await pass(250);
    }
    const told = harness.owner.of('progress').map((item) => (item.details as { done: number }).done);
    expect(told.length).toBeGreaterThanOrEqual(4);
    expect(told.length).toBeLessThanOrEqual(6);
    await pass(2_000);
    const before = harness.owner.of('progress').length;
    expect(harness.owner.of('progress').at(-1)).toMatchObject({ path: 'a', token: 1, worker: workerId, details: { done: 20 } });
    heartbeat({ done: 20 });
    heartbeat();
    await pass(3_000);
    expect(harness.owner.of('progress')).toHaveLength(before);
    end('done');
    await harness.owner.received('completed');
  });

  it('become rarer the longer an attempt runs', async () => {
    const { step, end } = await slowWorker();
    await harness.owner.send([command({ task: 'slow', timeoutMs: 24 * 60 * 60_000 })]);
    const { heartbeat } = await step;
    harness.clock.advance(60 * 60_000);
    await turns();
    for (let done = 1; done <= 60; done += 1) {
      heartbeat({ done });
      await pass(1_000);
    }
    expect(harness.owner.of('progress').length).toBeLessThanOrEqual(2);
    end(null);
    await harness.owner.received('completed');
  });

  it('do not pile up while the broker is away', async () => {
    const { step, end } = await slowWorker();
    await harness.owner.send([command({ task: 'slow' })]);
    const { heartbeat } = await step;
    harness.transport.partitionsAnswer('unconfirmed');
    for (let done = 1; done <= 40; done += 1) {
      heartbeat({ done });
      await pass(250);
    }
    expect(harness.worker.stats().unconfirmed).toBe(1);
    harness.transport.partitionsAnswer(undefined);
    await pass(8_000);
    expect(harness.owner.of('progress').at(-1)?.details).toEqual({ done: 40 });
    end(null);
    await harness.owner.received('completed');
  });

  it('a step that asks for them and gets none fails as HEARTBEAT_LOST; its start counts as one', async () => {
    const { step } = await slowWorker();
    await harness.owner.send([command({ task: 'slow', heartbeatMs: 1_000 })]);
    const { heartbeat, signal } = await step;
    harness.clock.advance(900);
    heartbeat();
    harness.clock.advance(900);
    await turns();
    expect(harness.owner.of('failed')).toEqual([]);
    harness.clock.advance(100);
    expect(await harness.owner.received('failed')).toMatchObject([{ failure: { code: 'HEARTBEAT_LOST', retryable: true } }]);
    expect(signal.aborted).toBe(true);
    expect(harness.worker.stats()).toMatchObject({ running: 0, leaked: 1 });
    heartbeat({ late: true });
    await pass(3_000);
    expect(harness.owner.of('progress')).toEqual([]);
  });

  it('hand the next attempt what the last one told, and the fence of its lock', async () => {
    const { step, end } = await slowWorker();
    await harness.owner.send([command({ task: 'slow', lastProgress: { row: 7 }, fence: 3 })]);
    expect(await step).toMatchObject({ lastProgress: { row: 7 }, fence: 3 });
    end(null);
    await harness.owner.received('completed');
  });
});

describe('step logs', () => {
  const linesOf = (item: { logs?: readonly { level: string; text: string }[] } | undefined): string[] =>
    (item?.logs ?? []).map(({ level, text }) => `${level} ${text}`);

  it('of a short attempt travel with its outcome', async () => {
    harness = await startWorker((tasks) =>
      tasks.register('log', (input, { log, fail }) => {
        log('begun');
        log('warn', 'slow', { ms: 5 });
        log('error', 'odd\u0000');
        log('info', { n: 1 });
        return input === null ? fail('X') : 1;
      }),
    );
    await harness.owner.send([command({ task: 'log', attempt: 2 })]);
    await harness.owner.send([command({ task: 'log', token: 2, input: null })]);
    const lines = ['info begun', 'warn slow {"ms":5}', 'error odd\uFFFD', 'info info {"n":1}'];
    const [completed] = await harness.owner.received('completed');
    expect([completed?.attempt, linesOf(completed), completed?.logs?.map((line) => line.no)]).toEqual([2, lines, [1, 2, 3, 4]]);
    expect(linesOf((await harness.owner.received('failed'))[0])).toEqual(lines);
    expect(harness.owner.of('progress')).toEqual([]);
  });

  it('of a long attempt are told while it runs, each line once', async () => {
    const { step, end } = await slowWorker();
    await harness.owner.send([command({ task: 'slow' })]);
    const { log } = await step;
    log('one');
    await pass(1_000);
    log('two');
    log('three');
    await pass(1_000);
    log('four');
    end(null);
    const [completed] = await harness.owner.received('completed');
    expect(harness.owner.of('progress').map(linesOf)).toEqual([['info one'], ['info two', 'info three']]);
    expect([linesOf(completed), completed?.logs?.[0]?.no]).toEqual([['info four'], 4]);
  });

  it('are cut at 64 KiB of an attempt, and say so', async () => {
    harness = await startWorker((tasks) =>
      tasks.register('chatty', (_input, { log }) => {
        for (let n = 0; n < 100_000; n += 1) log('x'.repeat(100));
        log('y'.repeat(1_000_000));
      }),
    );
    await harness.owner.send([command({ task: 'chatty' })]);
    const [completed] = await harness.owner.received('completed');
    const lines = linesOf(completed);
    expect(JSON.stringify(lines).length).toBeLessThan(70_000);
    expect(lines.at(-1)).toBe('warn more was logged, but at most 64 KiB of an attempt are kept');
  });

  it('of an attempt that timed out tell what it did', async () => {
    const { step } = await slowWorker();
    await harness.owner.send([command({ task: 'slow', timeoutMs: 500 })]);
    (await step).log('stuck');
    harness.clock.advance(500);
    expect(linesOf((await harness.owner.received('failed'))[0])).toEqual(['info stuck']);
  });

  it('of an attempt that is handed back are not lost', async () => {
    const { step } = await slowWorker();
    await harness.owner.send([command({ task: 'slow' })]);
    const { log, heartbeat } = await step;
    log('half done');
    heartbeat({ row: 1 });
    const drained = harness.worker.drain();
    for (let waited = 0; waited < 30_000; waited += 1_000) {
      harness.clock.advance(1_000);
      await turns(2);
    }
    await drained;
    const told = harness.owner.of('progress');
    expect(told.flatMap(linesOf)).toEqual(['info half done']);
    expect(told.map((item) => item.details).filter(Boolean)).toEqual([{ row: 1 }]);
    await harness.owner.received('returned');
  });
});
