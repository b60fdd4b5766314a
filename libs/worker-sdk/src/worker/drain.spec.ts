import type { TaskContext } from '../handlers/task-context.js';
import { command, commands } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

const statuses = ({ owner }: Harness): string[] => [...new Set(owner.announcements.map((each) => each.status))];

it('hands back what has not begun, lets the rest end, and leaves the queue empty', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait), { concurrency: 1 });
  await harness.owner.send(commands(3, { task: 'slow' }));
  await slow.begun;
  const drained = harness.worker.drain();
  expect((await harness.owner.received('returned', 2)).map((item) => item.token)).toEqual([2, 3]);
  slow.open('done');
  expect(await drained).toEqual({ abandoned: 0, unconfirmed: 0 });
  expect((await harness.owner.received('completed')).map((item) => item.token)).toEqual([1]);
  await turns();
  expect(statuses(harness)).toEqual(['active', 'draining', 'stopped']);
  expect([slow.count(), await harness.ready('slow')]).toEqual([1, 0]);
});

it('takes nothing more from the queues', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.worker.drain();
  await harness.owner.send([command()]);
  expect(await harness.ready('echo')).toBe(1);
});

it('aborts at the end of the grace and hands back what obeys', async () => {
  let reason: string | undefined;
  const begun = gate<string>();
  const obedient = (_input: unknown, { signal }: TaskContext): Promise<never> =>
    new Promise((_, reject) => {
      void begun.wait();
      signal.addEventListener('abort', () => {
        reason = (signal.reason as { reason: string }).reason;
        reject(new Error('connection closed')); // what a library makes of an abort
      });
    });
  harness = await startWorker((tasks) => tasks.register('obedient', obedient), { graceMs: 5_000 });
  await harness.owner.send([command({ task: 'obedient' })]);
  await begun.begun;
  const drained = harness.worker.drain();
  await turns();
  harness.clock.advance(4_999);
  await turns();
  expect(reason).toBeUndefined();
  harness.clock.advance(1);
  expect(await drained).toEqual({ abandoned: 0, unconfirmed: 0 });
  expect(reason).toBe('shutdown');
  expect(await harness.owner.received('returned')).toMatchObject([{ token: 1 }]);
  expect(harness.owner.of('failed')).toEqual([]);
});

it('hands back what does not obey, and reports it; of a claimed one it says that its worker is lost', async () => {
  const deaf = gate<string>();
  harness = await startWorker((tasks) => tasks.register('deaf', deaf.wait), { graceMs: 0 });
  await harness.owner.send([command({ token: 1, task: 'deaf' })]);
  await harness.owner.send([command({ token: 2, task: 'deaf', claimed: true })]);
  await harness.owner.received('claim');
  await harness.owner.answerClaim(workerId, 2, true);
  await turns();
  expect(deaf.count()).toBe(2);
  const drained = harness.worker.drain();
  await turns();
  harness.clock.advance(0);
  await turns();
  harness.clock.advance(1_000);
  expect(await drained).toEqual({ abandoned: 2, unconfirmed: 0 });
  expect((await harness.owner.received('returned')).map((item) => item.token)).toEqual([1]);
  expect(await harness.owner.received('failed')).toMatchObject([{ token: 2, failure: { code: 'WORKER_LOST', retryable: true } }]);
});

it('hands back a command that waits for its claim', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.owner.send([command({ claimed: true })]);
  await harness.owner.received('claim');
  await harness.worker.drain();
  expect((await harness.owner.received('returned')).map((item) => item.token)).toEqual([1]);
});

it('does not acknowledge what the broker has not confirmed, and does not wait for it for ever', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  harness.transport.partitionsAnswer('unconfirmed');
  await harness.owner.send([command()]);
  await turns();
  const drained = harness.worker.drain();
  await turns();
  for (let passed = 0; passed < 2_000; passed += 100) {
    harness.clock.advance(100);
    await turns(2);
  }
  expect(await drained).toEqual({ abandoned: 0, unconfirmed: 1 });
  expect(await harness.ready('echo')).toBe(1);
});

it('drains once, however often it is asked', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  expect(harness.worker.drain()).toBe(harness.worker.drain());
  await harness.worker.drain();
  expect(harness.clock.pending).toBe(0);
});
