import { z } from 'zod';
import { defineTask } from '../handlers/task-contract.js';
import { command, commands } from '../testing/scripted-owner.js';
import { type Harness, startWorker, turns } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

it('a handler that returns at once is given no time-out, its contract is checked all the same', async () => {
  const contract = defineTask('echo', { input: z.object({ n: z.int() }), output: z.object({ n: z.int().max(1) }) });
  let timers = 0;
  harness = await startWorker((tasks) =>
    tasks.register(contract, (input) => {
      timers = Math.max(timers, harness.clock.pending);
      return input;
    }),
  );
  const before = harness.clock.pending;
  await harness.owner.send([1, 2, 'x'].map((n, index) => command({ token: index + 1, input: { n } })));
  expect(await harness.owner.received('completed')).toMatchObject([{ token: 1, output: { n: 1 } }]);
  expect(await harness.owner.received('failed', 2)).toMatchObject([
    { token: 2, failure: { code: 'OUTPUT_INVALID' } },
    { token: 3, failure: { code: 'INPUT_INVALID' } },
  ]);
  expect([timers, harness.clock.pending]).toEqual([before, before]);
});

it('a handler that throws at once, or returns something to wait for that is no promise of ours, ends as any other', async () => {
  harness = await startWorker((tasks) =>
    tasks.register('echo', (input) => {
      if ((input as { n: number }).n === 1) throw new Error('at once');
      return { then: (done: (value: unknown) => void) => void setImmediate(() => done('later')) } as unknown;
    }),
  );
  await harness.owner.send([command({ token: 1, input: { n: 1 } }), command({ token: 2, input: { n: 2 } })]);
  expect(await harness.owner.received('failed')).toMatchObject([{ token: 1, failure: { message: 'at once', retryable: true } }]);
  expect(await harness.owner.received('completed')).toMatchObject([{ token: 2, output: 'later' }]);
});

it('thousands that return at once follow each other through one slot', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', () => null), { concurrency: 1 });
  await harness.owner.send(commands(2_000));
  await harness.owner.received('completed', 2_000);
  expect(harness.worker.stats()).toMatchObject({ running: 0, finished: 2_000 });
});

it('many that return at once, each after some work, let others have their turn in between', async () => {
  let begun = 0;
  harness = await startWorker((tasks) =>
    tasks.register('echo', () => {
      begun += 1;
      harness.clock.advance(10);
      return null;
    }),
  );
  await harness.owner.send(commands(20));
  const seen: number[] = [];
  for (let turn = 0; begun < 20 && turn < 1_000; turn += 1) {
    await turns(1);
    if (begun > (seen.at(-1) ?? 0)) seen.push(begun);
  }
  expect(seen).toEqual([3, 6, 9, 12, 15, 18, 20]);
  await harness.owner.received('completed', 20);
});
