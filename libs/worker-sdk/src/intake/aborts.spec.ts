import { AttemptAborted } from '../handlers/task-failure.js';
import type { TaskContext } from '../handlers/task-context.js';
import { command } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

/** Runs until it is aborted, then fails as `throwIfAborted` does. */
const untilAborted = (_input: unknown, step: TaskContext): Promise<never> =>
  new Promise((_, reject) => step.signal.addEventListener('abort', () => reject(step.signal.reason as Error)));

it.each([
  ['cancelled', 'CANCELLED', false],
  ['timeout', 'TIMED_OUT', true],
] as const)('tells a running handler why it should stop: %s', async (reason, code, retryable) => {
  let heard: unknown;
  harness = await startWorker((tasks) =>
    tasks.register('obedient', (input, step) =>
      untilAborted(input, step).catch((error: unknown) => Promise.reject((heard = error) as Error)),
    ),
  );
  await harness.owner.send([command({ task: 'obedient' })]);
  await turns();
  await harness.owner.abort(1, reason);
  expect((await harness.owner.received('failed'))[0]!.failure).toMatchObject({ code, retryable });
  expect(heard).toBeInstanceOf(AttemptAborted);
  expect((heard as AttemptAborted).reason).toBe(reason);
});

it('records the late success of a handler that does not listen', async () => {
  const deaf = gate<string>();
  harness = await startWorker((tasks) => tasks.register('deaf', deaf.wait));
  await harness.owner.send([command({ task: 'deaf' })]);
  await deaf.begun;
  await harness.owner.abort(1);
  await turns();
  deaf.open('anyway');
  expect((await harness.owner.received('completed'))[0]).toMatchObject({ output: 'anyway' });
});

it('ends what has not begun as cancelled, and never begins it', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait), { concurrency: 1 });
  await harness.owner.send([command({ token: 1, task: 'slow' })]);
  await slow.begun;
  await harness.owner.sendBound(workerId, [command({ token: 2, task: 'slow' })]);
  await turns();
  await harness.owner.abort(2);
  expect(await harness.owner.received('failed')).toMatchObject([{ token: 2, failure: { code: 'CANCELLED', retryable: false } }]);
  slow.open('done');
  await harness.owner.received('completed');
  await turns();
  expect(slow.count()).toBe(1);
});

it('does not begin a command whose abort came first', async () => {
  let runs = 0;
  harness = await startWorker((tasks) => tasks.register('count', () => (runs += 1)));
  await harness.owner.abort(1);
  await turns();
  await harness.owner.send([command({ task: 'count' })]);
  expect((await harness.owner.received('failed'))[0]!.failure.code).toBe('CANCELLED');
  expect(runs).toBe(0);
});
