import { command } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

it('fails an attempt whose handler does not end in time, frees its slot and ignores its late result', async () => {
  const deaf = gate<string>();
  let reason: unknown;
  harness = await startWorker(
    (tasks) => {
      tasks.register('deaf', (_input, step) => {
        step.signal.addEventListener('abort', () => (reason = (step.signal.reason as { reason: string }).reason));
        return deaf.wait();
      });
      tasks.register('echo', (input) => input);
    },
    { concurrency: 1 },
  );
  await harness.owner.send([command({ token: 1, task: 'deaf', timeoutMs: 1_000 })]);
  await deaf.begun;
  await harness.owner.send([command({ token: 2 })]);
  await turns();
  harness.clock.advance(999);
  await turns();
  expect(harness.owner.items).toEqual([]);
  harness.clock.advance(1);
  expect((await harness.owner.received('failed'))[0]).toMatchObject({
    token: 1,
    failure: { code: 'TIMED_OUT', retryable: true },
  });
  expect((await harness.owner.received('completed'))[0]).toMatchObject({ token: 2 });
  expect([reason, harness.worker.stats().leaked]).toEqual(['timeout', 1]);
  deaf.open('too late');
  await turns();
  expect(harness.owner.items).toHaveLength(2);
  expect(harness.worker.stats()).toMatchObject({ leaked: 0, running: 0, held: 0 });
});

it('counts the time of an attempt from the start of its handler, not from its arrival', async () => {
  const doors = [gate<string>(), gate<string>()];
  let turn = 0;
  harness = await startWorker((tasks) => tasks.register('slow', () => doors[turn++]!.wait()), { concurrency: 1 });
  await harness.owner.send([command({ token: 1, task: 'slow' })]);
  await harness.owner.send([command({ token: 2, task: 'slow', timeoutMs: 1_000 })]);
  await doors[0]!.begun;
  await turns();
  harness.clock.advance(5_000);
  doors[0]!.open('first');
  await doors[1]!.begun;
  harness.clock.advance(900);
  doors[1]!.open('second');
  expect(await harness.owner.received('completed', 2)).toHaveLength(2);
  expect(harness.owner.of('failed')).toEqual([]);
});

it('leaves no timer behind when attempts end in time', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  const before = harness.clock.pending;
  await harness.owner.send([command()]);
  await harness.owner.received('completed');
  expect(harness.clock.pending).toBe(before);
});
