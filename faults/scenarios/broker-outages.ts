import amqp from 'amqplib';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';

export const brokerDown: Scenario = {
  id: 'F8',
  title: 'RabbitMQ away for minutes',
  inject: 'stopped for 5 min (20 s in the matrix) while starts go on',
  mustHold: 'starts are stored or refused with 503; all that waits is done afterwards',
  floors: { interrupted: 1, restarted: ['broker'] },
  async run(run) {
    const { broker } = run.world;
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(3);
        const fromMs = monoMs();
        const downMs = run.scaled({ smoke: 10_000, matrix: 20_000, full: 300_000 });
        await run.outage(
          'broker',
          'RabbitMQ stopped',
          () => broker.stop(),
          () => pause(downMs),
        );
        run.measureCalls('while it was away', fromMs, monoMs());
      }),
    );
  },
};

export const brokerEmptied: Scenario = {
  id: 'F9',
  title: 'RabbitMQ loses everything',
  inject: 'kill -9, its data directory deleted, started empty, under load',
  mustHold: 'I8, I18: PostgreSQL alone is enough; no instance is lost',
  floors: { interrupted: 5, restarted: ['broker'] },
  async run(run) {
    const { broker } = run.world;
    const rounds = run.scaled({ smoke: 1, matrix: 2, full: 5 });
    const emptied = async (): Promise<void> => {
      await broker.kill();
      await broker.wipe();
    };
    await run.survives(() =>
      run.underLoad(async () => {
        for (let round = 0; round < rounds; round += 1) {
          await run.inFlight(10);
          await run.outage('broker', 'RabbitMQ emptied', emptied);
          await pause(run.random.between(2_000, 5_000));
        }
      }),
    );
  },
};

const ours = /^orquestra\.(?:partition|steps|commands|dead-letters)\b/;

export const queuesDeleted: Scenario = {
  id: 'F10',
  title: 'queues and exchanges deleted while they are used',
  inject: 'every shared queue in turn, then every exchange, under load',
  mustHold: 'I8, I18: declared again, what was in them is sent again',
  floors: { faults: 5, interrupted: 30 },
  async run(run) {
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(10);
        const queues = await namesOf(run, 'list_queues', ours);
        for (const queue of queues) await deleted(run, queue, (channel) => channel.deleteQueue(queue));
        const exchanges = await namesOf(run, 'list_exchanges', /^orquestra\./);
        for (const exchange of exchanges) await deleted(run, exchange, (channel) => channel.deleteExchange(exchange));
        run.check(
          'deleted',
          queues.length + exchanges.length,
          queues.length < 5 ? [`expected more queues than ${queues.join()}`] : [],
        );
      }),
    );
  },
};

async function namesOf(run: Run, command: string, pattern: RegExp): Promise<string[]> {
  const listed = (await run.world.broker.ctl(command, 'name', '--no-table-headers')).split('\n');
  return listed.map((line) => line.trim()).filter((name) => pattern.test(name));
}

async function deleted(run: Run, name: string, remove: (channel: amqp.Channel) => Promise<unknown>): Promise<void> {
  await run.fault(`delete ${name}`, async () => {
    const connection = await amqp.connect(run.world.broker.url);
    await remove(await connection.createChannel());
    await connection.close();
  });
  await pause(run.random.between(200, 1_000));
}
