import { stepQueue } from '#libs/contracts';
import { command, commands } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

/** Lets another consumer take the message and die: the queue then has it as redelivered. */
async function redeliver({ ownerTransport }: Harness, task: string): Promise<void> {
  const queue = stepQueue('default', task);
  await new Promise<void>((resolve, reject) => {
    ownerTransport.consume(queue, { prefetch: 1, onDelivery: () => resolve() }).then((consumer) => (taken = consumer), reject);
  });
  await taken.close();
}
let taken: { close(): Promise<void> };

it.each([1, 3])('hands a redelivered envelope of %i back, unrun, and acknowledges it', async (size) => {
  let runs = 0;
  harness = await startWorker((tasks) => tasks.register('late', () => (runs += 1)), { declared: false });
  await harness.owner.declare('late');
  await harness.owner.send(commands(size, { task: 'late', delivery: 4 }));
  await redeliver(harness, 'late');
  harness.clock.advance(1_000); // the worker looks for its queue
  const returned = await harness.owner.received('returned', size);
  expect(returned.map(({ token, queue, task, delivery, worker }) => ({ token, queue, task, delivery, worker }))).toEqual(
    commands(size).map(({ token }) => ({ token, queue: 'default', task: 'late', delivery: 4, worker: workerId })),
  );
  await turns();
  expect([runs, harness.worker.stats().held]).toEqual([0, 0]);
  await harness.connection.close();
  expect(await harness.ready('late')).toBe(0);
});

it('runs a command that was sent again singly', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.owner.send([command({ delivery: 2 })]);
  expect(await harness.owner.received('completed')).toHaveLength(1);
});

it('hands back the items that wait 250 ms behind a slow one of their envelope', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait), { concurrency: 1 });
  await harness.owner.send(commands(3, { task: 'slow' }));
  await slow.begun;
  harness.clock.advance(200);
  await turns();
  expect(harness.owner.of('returned')).toEqual([]);
  harness.clock.advance(50);
  expect((await harness.owner.received('returned', 2)).map((item) => item.token)).toEqual([2, 3]);
  slow.open('done');
  expect((await harness.owner.received('completed')).map((item) => item.token)).toEqual([1]);
  await turns();
  expect(slow.count()).toBe(1);
});

it('hands back a whole envelope that does not get its turn, but lets single commands wait', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait), { concurrency: 1 });
  await harness.owner.send([command({ token: 100, task: 'slow' })]);
  await slow.begun;
  await harness.owner.send([command({ token: 200, task: 'slow' })]);
  await turns();
  harness.clock.advance(500); // nothing has begun for long when the envelope comes
  await harness.owner.sendBound(workerId, commands(2, { task: 'slow' }));
  await turns();
  harness.clock.advance(200);
  await turns();
  expect(harness.owner.of('returned')).toEqual([]);
  harness.clock.advance(50);
  expect((await harness.owner.received('returned', 2)).map((item) => item.token)).toEqual([1, 2]);
  harness.clock.advance(10_000);
  slow.open('done');
  expect((await harness.owner.received('completed', 2)).map((item) => item.token)).toEqual([100, 200]);
});

it('keeps an envelope whose task goes on beginning others', async () => {
  const doors = [gate<string>(), gate<string>(), gate<string>()];
  harness = await startWorker((tasks) => tasks.register('t', (input) => doors[(input as { n: number }).n]!.wait()), {
    concurrency: 1,
  });
  await harness.owner.send([command({ token: 10, task: 't', input: { n: 0 } })]);
  await doors[0]!.begun;
  await harness.owner.sendBound(workerId, [command({ token: 11, task: 't', input: { n: 1 } })]);
  await harness.owner.sendBound(workerId, commands(2, { task: 't', input: { n: 2 } }));
  await turns();
  harness.clock.advance(200);
  doors[0]!.open('next');
  await doors[1]!.begun; // the task has begun something: the envelope's time starts anew
  harness.clock.advance(200);
  doors[1]!.open('next');
  await doors[2]!.begun;
  doors[2]!.open('all');
  await harness.owner.received('completed', 4);
  expect(harness.owner.of('returned')).toEqual([]);
});

it('runs a handed-back command that comes again', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) => tasks.register('slow', slow.wait), { concurrency: 1 });
  await harness.owner.send(commands(2, { task: 'slow' }));
  await slow.begun;
  let letThrough!: () => void;
  harness.transport.partitionsAnswer(async (messages) => {
    await new Promise<void>((resolve) => (letThrough = resolve));
    return messages.map(() => 'confirmed');
  });
  harness.clock.advance(300);
  await turns();
  // The owner is quicker than the broker's confirm: the new delivery comes while the return is still on its way.
  await harness.owner.send([command({ token: 2, task: 'slow', delivery: 2 })]);
  await turns();
  harness.transport.partitionsAnswer(undefined);
  letThrough();
  slow.open('done');
  expect((await harness.owner.received('completed', 2)).map((item) => item.token)).toEqual([1, 2]);
});
