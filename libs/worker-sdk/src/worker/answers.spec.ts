import type { PublishOutcome } from '#libs/messaging';
import { command, commands } from '../testing/scripted-owner.js';
import { type Harness, startWorker, turns } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

it.each(['unconfirmed', 'returned'] as const)(
  'sends %s completions again without end, and acknowledges only then',
  async (outcome) => {
    harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
    harness.transport.partitionsAnswer(outcome);
    await harness.owner.send([command()]);
    for (let waitMs = 100, tries = 1; tries < 12; tries += 1, waitMs = Math.min(waitMs * 2, 5_000)) {
      await turns();
      expect(harness.transport.tries).toBe(tries);
      harness.clock.advance(waitMs - 1);
      await turns();
      expect(harness.transport.tries).toBe(tries);
      harness.clock.advance(1);
    }
    await turns();
    expect(harness.worker.stats()).toMatchObject({ held: 1, unconfirmed: 1 });
    harness.transport.partitionsAnswer(undefined);
    harness.clock.advance(5_000);
    await harness.owner.received('completed');
    await turns();
    expect(harness.worker.stats()).toMatchObject({ held: 0, unconfirmed: 0 });
    await harness.connection.close();
    expect(await harness.ready('echo')).toBe(0);
  },
);

it('acknowledges nothing that is not confirmed', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  harness.transport.partitionsAnswer('unconfirmed');
  await harness.owner.send(commands(3));
  await turns();
  await harness.connection.close();
  expect(await harness.ready('echo')).toBe(1);
});

it('sends again only what was not confirmed', async () => {
  harness = await startWorker((tasks) => tasks.register('big', (input) => 'x'.repeat((input as { n: number }).n)));
  const outcomes: PublishOutcome[][] = [];
  harness.transport.partitionsAnswer(async (messages) => {
    harness.transport.partitionsAnswer(undefined);
    const [first] = await harness.transport.publish(messages.slice(0, 1));
    outcomes.push([first!, ...messages.slice(1).map((): PublishOutcome => 'unconfirmed')]);
    return outcomes[0]!;
  });
  await harness.owner.send(commands(3, { task: 'big', input: { n: 200_000 } })); // one message each
  await harness.owner.received('completed', 1);
  await turns();
  expect(outcomes[0]).toEqual(['confirmed', 'unconfirmed', 'unconfirmed']);
  harness.clock.advance(100);
  const completed = await harness.owner.received('completed', 3);
  await turns();
  expect(completed.map((item) => item.token)).toEqual([1, 2, 3]);
});

it('sends at most 200 completions and 256 KiB in one message', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input), { concurrency: 1_000 });
  await harness.owner.send(commands(450));
  await harness.owner.received('completed', 450);
  expect(Math.max(...harness.owner.messages.map((items) => items.length))).toBe(200);
  harness.owner.messages.length = 0;
  await harness.owner.send(
    commands(5, { input: { text: 'x'.repeat(100_000) } }).map((each) => ({ ...each, token: each.token + 1_000 })),
  );
  await harness.owner.received('completed', 455);
  expect(harness.owner.messages.map((items) => items.length)).toEqual([2, 2, 1]);
});

it('collects what becomes ready while a publish is outstanding', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  let confirm!: () => void;
  harness.transport.partitionsAnswer(async (messages) => {
    harness.transport.partitionsAnswer(undefined);
    await new Promise<void>((resolve) => (confirm = resolve));
    return harness.transport.publish(messages);
  });
  await harness.owner.send([command({ token: 1 })]);
  await turns();
  for (const token of [2, 3, 4]) await harness.owner.send([command({ token })]);
  await turns();
  confirm();
  await harness.owner.received('completed', 4);
  expect(harness.owner.messages.map((items) => items.map((item) => 'token' in item && item.token))).toEqual([[1], [2, 3, 4]]);
});

it('keeps the completions of one partition apart from those of another', async () => {
  harness = await startWorker((tasks) => tasks.register('echo', (input) => input));
  await harness.owner.openPartition(1);
  await harness.owner.send([
    command({ token: 1, partition: 0 }),
    command({ token: 2, partition: 7 }),
    command({ token: 3, partition: 1 }),
  ]);
  await harness.owner.received('completed', 2); // 7 has no queue; it does not hold up the others
  expect(
    harness.owner
      .of('completed')
      .map((item) => item.token)
      .sort(),
  ).toEqual([1, 3]);
  await harness.owner.openPartition(7);
  harness.clock.advance(100);
  await harness.owner.received('completed', 3);
});
