import { command } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

const last = () => harness.owner.announcements.at(-1)!;

it('tells what it is and serves as soon as it is connected', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input, { concurrency: 7 }), {
    labels: { zone: 'a' },
    version: '1.2.3',
    concurrency: 50,
  });
  await harness.owner.until(() => harness.owner.announcements.length > 0, 'an announcement');
  expect(harness.owner.announcements[0]).toMatchObject({
    id: workerId,
    version: '1.2.3',
    labels: { zone: 'a' },
    status: 'active',
    concurrency: 50,
    running: 0,
    finished: 0,
    heartbeatMs: 2_000,
    held: [],
    pid: process.pid,
    handlers: [{ queue: 'default', task: 'echo', concurrency: 7 }],
  });
});

it('lists every token it holds every 2 s: running, prefetched, and those with an unconfirmed completion', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => {
    tasks.register('slow', slow.wait, { concurrency: 1 });
    tasks.register('echo', (input) => input);
  });
  await harness.owner.send([command({ token: 1, task: 'slow' })]);
  await slow.begun;
  await harness.owner.sendBound(workerId, [command({ token: 2, task: 'slow' })]);
  harness.transport.partitionsAnswer('unconfirmed');
  await harness.owner.send([command({ token: 3 })]);
  await turns();
  harness.clock.advance(2_000);
  await harness.owner.until(() => last().held?.length === 3, 'three held tokens');
  const held = new Map(last().held!.map((each) => [each.token, each.startedAt]));
  expect(held.get(1)).toEqual(expect.any(Number));
  expect(held.get(2)).toBeNull();
  expect(held.has(3)).toBe(true);
  expect(last()).toMatchObject({ running: 1, finished: 1, meanMs: { echo: 0 } });
});

it('tells once that a step has begun, when it has run for 100 ms', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait));
  harness.clock.advance(150);
  await harness.owner.send([command({ task: 'slow' })]);
  await slow.begun;
  const begun = () => harness.owner.announcements.filter((each) => each.begun !== undefined);
  harness.clock.advance(50); // 50 ms of running
  await turns();
  expect(begun()).toEqual([]);
  harness.clock.advance(200);
  await harness.owner.until(() => begun().length === 1, 'a step that has begun');
  expect(begun()[0]!.begun).toMatchObject([{ token: 1, startedAt: expect.any(Number) }]);
  expect(begun()[0]!.held).toBeUndefined();
  harness.clock.advance(1_000);
  await turns();
  expect(begun()).toHaveLength(1);
});

it('never lists a handed-back command as held', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  harness.transport.partitionsAnswer('unconfirmed');
  await harness.owner.sendBound(workerId, [command({ task: 'unknown' })]);
  await turns();
  const before = harness.owner.announcements.length;
  harness.clock.advance(2_000);
  await harness.owner.until(() => harness.owner.announcements.length > before, 'a heartbeat');
  expect(last().held).toEqual([]);
});

it('tells the mean of a task it has just met before the next heartbeat, and once', async () => {
  harness = await startWorker((tasks) => {
    tasks.register('echo', (input) => input);
    tasks.register('other', (input) => input);
  });
  await harness.owner.send([command({ token: 1 })]);
  await harness.owner.received('completed');
  harness.clock.advance(200);
  await harness.owner.until(() => 'echo' in last().meanMs, 'a mean');
  expect(last().held).toBeUndefined(); // no heartbeat
  const told = harness.owner.announcements.length;
  await harness.owner.send([command({ token: 2 })]);
  await harness.owner.received('completed', 2);
  harness.clock.advance(600);
  await turns();
  expect(harness.owner.announcements).toHaveLength(told);
});
