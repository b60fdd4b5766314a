import { command } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

it('does not begin a held command a second time, and keeps both deliveries until it has answered', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait));
  await harness.owner.send([command({ task: 'slow' })]);
  await slow.begun;
  await harness.owner.send([command({ task: 'slow', delivery: 2 })]);
  await turns();
  expect(slow.count()).toBe(1);
  slow.open('once');
  await harness.owner.received('completed');
  await turns();
  expect(harness.owner.of('completed')).toHaveLength(1);
  await harness.connection.close();
  expect(await harness.ready('slow')).toBe(0);
});

it('keeps both deliveries of a held command when it cannot answer', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait));
  await harness.owner.send([command({ task: 'slow' })]);
  await harness.owner.send([command({ task: 'slow', delivery: 2 })]);
  await slow.begun;
  await turns();
  await harness.connection.close();
  expect(await harness.ready('slow')).toBe(2);
});

it('answers a command that is sent again after it ended, from memory', async () => {
  let runs = 0;
  harness = await startWorker((tasks) => tasks.register('count', () => (runs += 1)));
  await harness.owner.send([command({ task: 'count' })]);
  await harness.owner.received('completed');
  await turns();
  await harness.owner.send([command({ task: 'count', delivery: 2 })]);
  expect(await harness.owner.received('completed', 2)).toMatchObject([{ output: 1 }, { output: 1 }]);
  expect(runs).toBe(1);
});

it('says nothing more to the same delivery of a command that has ended', async () => {
  let runs = 0;
  harness = await startWorker((tasks) => tasks.register('count', () => (runs += 1)));
  await harness.owner.send([command({ task: 'count' })]);
  await harness.owner.received('completed');
  await turns();
  await harness.owner.send([command({ task: 'count' })]);
  await turns(10);
  expect(harness.owner.of('completed')).toHaveLength(1);
  await harness.connection.close();
  expect([runs, await harness.ready('count')]).toEqual([1, 0]);
});
