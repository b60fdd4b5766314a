import { gzipSync } from 'node:zlib';
import amqp from 'amqplib';
import { commandsQueue, deadLetterQueue, partitionQueue, stepQueue } from '#libs/contracts';
import { until } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';

const deep = (depth: number): Buffer => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const nobody = '01890000-0000-7000-8000-000000000001';

/** Things that are no message of ours, with the properties they come with. */
const poisons: readonly (readonly [string, Buffer, amqp.Options.Publish])[] = [
  ['bad JSON', Buffer.from('{"v":1,'), {}],
  ['nothing', Buffer.alloc(0), {}],
  ['a number', json(42), {}],
  ['an unknown version', json({ v: 99, kind: 'steps', items: [] }), {}],
  ['an unknown kind', json({ v: 1, kind: 'surprise', items: [{}] }), {}],
  ['a command without fields', json({ v: 1, kind: 'steps', items: [{ instanceId: nobody }] }), {}],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), {}],
  ['deep nesting', deep(100_000), {}],
  ['a gzip bomb', gzipSync(Buffer.alloc(50_000_000)), { contentEncoding: 'gzip' }],
  ['a prototype', Buffer.from('{"v":1,"kind":"steps","__proto__":{"items":[]}}'), {}],
];
const targets = [stepQueue('default', 'ledger.work'), partitionQueue(1, 0), partitionQueue(1, 5), commandsQueue];

export const poison: Scenario = {
  id: 'F17',
  title: 'messages that are none',
  inject: `${poisons.length} kinds of broken messages into the queues of steps, partitions and commands, under load; three times`,
  mustHold: 'I19: each becomes a dead letter or an incident; others go on at ≥ 90 % of their speed; no process ends',
  floors: { interrupted: 10 },
  async run(run) {
    const rounds = run.scaled({ smoke: 2, matrix: 3, full: 20 });
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(5);
        await pause(5_000);
        const before = rateOf(run, 5_000);
        await run.inFlight(10);
        await run.fault('poison', async () => {
          const connection = await amqp.connect(run.world.broker.url);
          const channel = await connection.createConfirmChannel();
          for (let round = 0; round < rounds; round += 1) {
            for (const target of targets) for (const [, body, options] of poisons) channel.sendToQueue(target, body, options);
            await channel.waitForConfirms();
            await pause(2_000);
          }
          await connection.close();
        });
        await pause(Math.max(0, 5_000 - rounds * 2_000));
        run.measure('steps a second before', before, '');
        run.measure('steps a second during it', rateOf(run, 5_000), '');
        await allTold(run, rounds * targets.length * poisons.length);
      }),
    );
  },
};

/** Begins a second over the last so many ms. */
function rateOf(run: Run, overMs: number): number {
  const from = monoMs() - overMs;
  return (run.world.ledger.executions.filter(({ beganAtMs }) => beganAtMs > from).length * 1_000) / overMs;
}

/** Each of them lies where somebody will find it. */
async function allTold(run: Run, sent: number): Promise<void> {
  const { broker, database } = run.world;
  const found = await until(async () => {
    const listed = await broker.ctl('list_queues', 'name', 'messages', '--no-table-headers');
    const letters = Number(new RegExp(`^${deadLetterQueue}\\s+(\\d+)`, 'm').exec(listed)?.[1] ?? 0);
    const incidents = await withDatabase(database.url, async (client) => {
      const { rows } = await client.query<{ count: number }>(
        'SELECT coalesce(sum(deliveries), 0)::int AS count FROM workflow_incidents',
      );
      return rows[0]!.count;
    });
    return letters + incidents >= sent ? { letters, incidents } : undefined;
  }, 30_000);
  run.check(
    'I19',
    sent,
    found === undefined ? [`${sent} broken messages were sent; fewer dead letters and incidents came of them`] : [],
  );
  if (found === undefined) return;
  run.measure('dead letters', found.letters, '');
  run.measure('incidents', found.incidents, '');
}
