import { command, commands } from '../testing/scripted-owner.js';
import { gate, type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

it('runs the steps of an envelope and sends what came out of them together', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.owner.send(commands(50));
  const completed = await harness.owner.received('completed', 50);
  expect(completed.map((item) => item.token).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(completed[0]).toMatchObject({ path: 's1', output: { n: 1 }, worker: workerId });
  expect(harness.owner.messages).toHaveLength(1);
});

it('acknowledges a delivery only when the completions of all its items are confirmed', async () => {
  const slow = gate<string>();
  harness = await startWorker((tasks) =>
    tasks.register('echo', (input) => ((input as { n: number }).n === 2 ? slow.wait() : 'quick')),
  );
  await harness.owner.send([command({ token: 1 }), command({ token: 2, input: { n: 2 } })]);
  await harness.owner.received('completed', 1);
  await harness.connection.close(); // the delivery was not acknowledged: it is still there
  expect(await harness.ready('echo')).toBe(1);
});

it('never begins more steps than its concurrency, and no more of a task than the handler allows', async () => {
  const doors = { a: gate(), b: gate() };
  harness = await startWorker(
    (tasks) => {
      tasks.register('a', doors.a.wait, { concurrency: 2 });
      tasks.register('b', doors.b.wait);
    },
    { concurrency: 3 },
  );
  for (const each of commands(5, { task: 'a' })) await harness.owner.send([each]);
  for (const each of commands(5, { task: 'b', path: 'b' })) await harness.owner.send([{ ...each, token: each.token + 10 }]);
  await Promise.all([doors.a.begun, doors.b.begun]);
  await turns();
  expect([doors.a.count(), doors.b.count(), harness.worker.stats().running]).toEqual([2, 1, 3]);
});

it('runs what comes to its own queue, and hands back tasks it does not serve', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.owner.sendBound(workerId, [command({ token: 1 }), command({ token: 2, task: 'unknown' })]);
  expect((await harness.owner.received('completed'))[0]).toMatchObject({ token: 1 });
  expect((await harness.owner.received('returned'))[0]).toMatchObject({ token: 2, task: 'unknown', delivery: 1 });
});

it('sends what does not parse to the dead letters and goes on', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.ownerTransport.publish([
    { exchange: 'orquestra.steps', routingKey: 'default.echo', content: Buffer.from('{"v":1') },
  ]);
  await harness.owner.send([command()]);
  await harness.owner.received('completed');
  expect(await harness.ownerTransport.queueDepth('orquestra.dead-letters')).toMatchObject({ ready: 1 });
});
