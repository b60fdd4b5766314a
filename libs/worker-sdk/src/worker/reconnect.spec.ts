import { stepQueue } from '#libs/contracts';
import { command } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

it('consumes a step queue only once an orchestrator has declared it', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input), { declared: false });
  expect(harness.worker.stats()).toMatchObject({ consuming: 0, tasks: 1 });
  expect(await harness.ownerTransport.queueDepth(stepQueue('default', 'echo'))).toBeUndefined();
  await harness.owner.declare('echo');
  await harness.owner.send([command()]);
  harness.clock.advance(1_000);
  await harness.owner.received('completed');
});

it('consumes a deleted step queue again when it is back', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.ownerTransport.deleteQueue(stepQueue('default', 'echo'));
  await turns();
  expect(harness.worker.stats().consuming).toBe(0);
  await harness.owner.declare('echo');
  harness.clock.advance(1_000);
  await turns();
  await harness.owner.send([command()]);
  await harness.owner.received('completed');
});

it('after a lost connection serves again, under a new session and with its own queue', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.owner.until(() => harness.owner.announcements.length === 1, 'the first announcement');
  harness.connection.loseConnection();
  await harness.owner.until(() => harness.owner.announcements.length === 2, 'an announcement of the new session');
  const [first, second] = harness.owner.announcements;
  expect(second!.session).not.toBe(first!.session);
  await turns();
  await harness.owner.send([command({ token: 1 })]);
  await harness.owner.sendBound(workerId, [command({ token: 2 })]);
  await harness.owner.received('completed', 2);
});

it('lets what runs end over a lost connection, and forgets what had not begun: it comes again', async () => {
  const slow = gate<string>();
  let runs = 0;
  harness = await startWorker(
    (tasks) => {
      tasks.register('slow', slow.wait);
      tasks.register('late', () => (runs += 1));
    },
    { concurrency: 1 },
  );
  await harness.owner.send([command({ token: 1, task: 'slow' })]);
  await slow.begun;
  await harness.owner.send([command({ token: 2, task: 'late' })]);
  await turns();
  expect(harness.worker.stats().held).toBe(2);
  harness.connection.loseConnection();
  // Another worker could have got it, so it is not run but handed back.
  expect((await harness.owner.received('returned')).map((item) => item.token)).toEqual([2]);
  slow.open('done');
  expect((await harness.owner.received('completed')).map((item) => item.token)).toEqual([1]);
  await turns();
  expect([slow.count(), runs]).toEqual([1, 0]);
  expect(harness.worker.stats()).toMatchObject({ held: 0, unconfirmed: 0 });
  await harness.connection.close();
  expect([await harness.ready('slow'), await harness.ready('late')]).toEqual([0, 0]);
});

it('sends at once after a reconnect what could not be sent before', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  harness.transport.partitionsAnswer('unconfirmed');
  await harness.owner.send([command()]);
  await turns();
  harness.clock.advance(100 + 200 + 400 + 800);
  await turns();
  harness.transport.partitionsAnswer(undefined);
  harness.connection.loseConnection();
  await harness.owner.received('completed'); // no time had to pass
});
