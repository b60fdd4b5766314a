import { command, commands } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

const order = (isOn: boolean, worker = workerId): Promise<void> => harness.owner.tell({ kind: 'drain', worker, isOn });
const status = (): string | undefined => harness.owner.announcements.at(-1)?.status;

it('a worker that is told to drain finishes what it runs, hands back the rest, takes nothing new, and stays', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait), { concurrency: 1 });
  await harness.owner.send(commands(3, { task: 'slow' }));
  await slow.begun;
  await order(true);
  expect((await harness.owner.received('returned', 2)).map((item) => item.token)).toEqual([2, 3]);
  await harness.owner.until(() => status() === 'draining', 'a worker that drains');
  await harness.owner.send([command({ token: 4, task: 'slow' })]);
  await harness.owner.sendBound(workerId, [command({ token: 5, task: 'slow' })]);
  expect((await harness.owner.received('returned', 3)).map((item) => item.token)).toEqual([2, 3, 5]);
  slow.open('done');
  expect((await harness.owner.received('completed')).map((item) => item.token)).toEqual([1]);
  harness.clock.advance(2_000);
  await turns();
  expect([status(), await harness.ready('slow'), slow.count()]).toEqual(['draining', 1, 1]);
});

it('takes work again when it is told to, what had begun before is settled all the same', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => {
    tasks.register('slow', slow.wait);
    tasks.register('echo', (input) => input);
  });
  await harness.owner.send([command({ token: 1, task: 'slow' })]);
  await slow.begun;
  await order(true);
  await harness.owner.until(() => status() === 'draining', 'a worker that drains');
  await harness.owner.send([command({ token: 2 })]);
  await turns();
  expect(harness.owner.of('completed')).toEqual([]);
  await order(false);
  expect((await harness.owner.received('completed')).map((item) => item.token)).toEqual([2]);
  expect(status()).toBe('active');
  slow.open('done');
  expect((await harness.owner.received('completed', 2)).map((item) => item.token)).toEqual([2, 1]);
  harness.clock.advance(2_000);
  await turns();
  expect([await harness.ready('slow'), await harness.ready('echo')]).toEqual([0, 0]);
});

it('means one worker only, and is done once however often it is told', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await order(true, 'another');
  await harness.owner.send([command({ token: 1 })]);
  await harness.owner.received('completed');
  for (let time = 0; time < 3; time += 1) await order(true);
  await harness.owner.until(() => status() === 'draining', 'a worker that drains');
  for (let time = 0; time < 3; time += 1) await order(false);
  await harness.owner.send([command({ token: 2 })]);
  expect((await harness.owner.received('completed', 2)).map((item) => item.token)).toEqual([1, 2]);
});

it('still drains after its connection was lost and came back', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await order(true);
  await harness.owner.until(() => status() === 'draining', 'a worker that drains');
  harness.connection.loseConnection();
  await harness.connection.connect();
  const sessions = () => new Set(harness.owner.announcements.map((each) => each.session)).size;
  harness.clock.advance(2_000);
  await harness.owner.until(() => sessions() === 2, 'a new session');
  await harness.owner.send([command()]);
  harness.clock.advance(2_000);
  await turns();
  expect([status(), await harness.ready('echo')]).toEqual(['draining', 1]);
});

it('announces itself when somebody asks who is there', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.owner.until(() => harness.owner.announcements.length > 0, 'the first announcement');
  const before = harness.owner.announcements.length;
  await harness.owner.tell({ kind: 'rollCall' });
  await harness.owner.until(() => harness.owner.announcements.length > before, 'an answer');
});
