import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { stepQueue } from '#libs/contracts';
import { AmqpTransport } from '#libs/messaging';
import { RabbitNode, TcpProxy } from '#libs/testing';
import { TaskRegistry } from '../handlers/task-registry.js';
import { command, ScriptedOwner } from '../testing/scripted-owner.js';
import { Worker } from './worker.js';

const server = new URL(process.env.ORQUESTRA_TEST_AMQP_URL ?? process.env.AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672');
const run = promisify(execFile);
const vhost = `worker-${randomUUID()}`;
const steps = 5_000;
const envelope = 50;

let door: TcpProxy;
let ownerTransport: AmqpTransport;
let workerTransport: AmqpTransport;
let worker: Worker;
let owner: ScriptedOwner;
const runs = new Map<number, number>();

const whereRabbitIs = RabbitNode.isInstalled() ? describe : describe.skip;

whereRabbitIs('a worker over RabbitMQ', () => {
  beforeAll(async () => {
    await run('rabbitmqctl', ['add_vhost', vhost]);
    await run('rabbitmqctl', ['set_permissions', '-p', vhost, 'guest', '.*', '.*', '.*']);
    const url = new URL(server);
    url.pathname = `/${vhost}`;
    door = await TcpProxy.start({ host: url.hostname, port: Number(url.port || 5672) });
    ownerTransport = new AmqpTransport({ url: url.toString() });
    workerTransport = new AmqpTransport({ url: door.through(url.toString()) });
    owner = new ScriptedOwner(ownerTransport);
    await owner.open(['count']);
    const registry = new TaskRegistry();
    registry.register('count', (input) => {
      const { n } = input as { n: number };
      runs.set(n, (runs.get(n) ?? 0) + 1);
      return new Promise((resolve) => setTimeout(resolve, 5, n));
    });
    worker = new Worker({
      id: `worker-${randomUUID()}`,
      transport: workerTransport,
      registry,
      logger: pino({ level: 'silent' }),
    });
    await worker.start();
    await workerTransport.connect();
  }, 60_000);

  afterAll(async () => {
    await worker?.drain();
    await Promise.all([workerTransport?.close(), ownerTransport?.close()]);
    await door?.stop();
    await run('rabbitmqctl', ['delete_vhost', vhost]);
  }, 60_000);

  /** What an orchestrator does with commands that come back: those still open are sent again, singly. */
  function sendBackWhatIsOpen(): void {
    owner.onItem = (item) => {
      if (item.kind !== 'returned' || completedTokens().has(item.token)) return;
      void owner.send([command({ token: item.token, task: 'count', input: { n: item.token }, delivery: item.delivery + 1 })]);
    };
  }

  const sessions = (): Set<string> => new Set(owner.announcements.map((each) => each.session));
  const completedTokens = (): Set<number> => new Set(owner.of('completed').map((item) => item.token));

  it('completes every step although its connection is cut twice, none lost and none left in the queue', async () => {
    sendBackWhatIsOpen();
    for (let first = 1; first <= steps; first += envelope) {
      await owner.send(
        Array.from({ length: envelope }, (_, i) => command({ token: first + i, task: 'count', input: { n: first + i } })),
      );
    }
    for (const cut of [1, 2]) {
      await owner.until(() => completedTokens().size >= steps * 0.2 * cut, 'a good part of the steps', 20_000);
      door.cut();
      await owner.until(() => sessions().size > cut, 'the worker back', 20_000);
    }
    await owner.until(() => completedTokens().size === steps, `${steps} completed steps`, 30_000);
    expect(owner.of('completed').every((item) => item.output === item.token)).toBe(true);
    expect(Math.max(...runs.values())).toBeLessThanOrEqual(3); // at most once more for each lost connection
    expect(owner.of('failed')).toEqual([]);
    await worker.drain();
    expect(await ownerTransport.queueDepth(stepQueue('default', 'count'))).toMatchObject({ ready: 0 });
    expect(worker.stats()).toMatchObject({ held: 0, unconfirmed: 0, status: 'stopped' });
  }, 90_000);
});
