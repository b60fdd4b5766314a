import { command } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

it('runs a claimed command only when granted, and acknowledges it with the answer', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait));
  await harness.owner.send([command({ task: 'slow', claimed: true })]);
  expect((await harness.owner.received('claim'))[0]).toMatchObject({ token: 1, path: 'a', claimant: workerId });
  await turns();
  expect(slow.count()).toBe(0);
  await harness.owner.answerClaim(workerId, 1, true);
  await slow.begun;
  slow.open('granted');
  expect((await harness.owner.received('completed'))[0]).toMatchObject({ output: 'granted' });
});

it('leaves nothing in the queue of what was granted, even if it dies before the outcome', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait));
  await harness.owner.send([command({ task: 'slow', claimed: true })]);
  await harness.owner.received('claim');
  await harness.owner.answerClaim(workerId, 1, true);
  await slow.begun;
  await harness.connection.close();
  expect(await harness.ready('slow')).toBe(0);
});

it('drops what was refused, and goes on with the next', async () => {
  let runs = 0;
  harness = await startWorker((tasks) => tasks.register('count', () => (runs += 1)), { concurrency: 1 });
  await harness.owner.send([command({ token: 1, task: 'count', claimed: true })]);
  await harness.owner.received('claim');
  await harness.owner.send([command({ token: 2, task: 'count' })]);
  await harness.owner.answerClaim(workerId, 1, false);
  expect((await harness.owner.received('completed'))[0]).toMatchObject({ token: 2 });
  expect([runs, harness.worker.stats().running]).toEqual([1, 0]);
  await turns();
  await harness.connection.close();
  expect(await harness.ready('count')).toBe(0);
});

it('repeats a claim every 2 s until it is answered', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait));
  await harness.owner.send([command({ task: 'slow', claimed: true })]);
  await harness.owner.received('claim', 1);
  await turns();
  harness.clock.advance(1_999);
  await turns();
  expect(harness.owner.of('claim')).toHaveLength(1);
  harness.clock.advance(1);
  await harness.owner.received('claim', 2);
  await turns();
  harness.clock.advance(2_000);
  await harness.owner.received('claim', 3);
  await harness.owner.answerClaim(workerId, 1, true);
  await slow.begun;
  harness.clock.advance(10_000);
  await turns();
  expect(harness.owner.of('claim')).toHaveLength(3);
});

it('ignores an answer to what it does not hold, and a second answer', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait));
  await harness.owner.answerClaim(workerId, 9, true);
  await harness.owner.send([command({ task: 'slow', claimed: true })]);
  await harness.owner.received('claim');
  await harness.owner.answerClaim(workerId, 1, true);
  await harness.owner.answerClaim(workerId, 1, true);
  await slow.begun;
  await turns();
  expect(slow.count()).toBe(1);
});
