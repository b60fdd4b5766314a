import { createHash } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { stepKey, exchanges, partitionEnvelopeSchema, type PartitionItem, type StepCommand } from '#libs/contracts';
import {
  encodeEnvelope,
  MemoryBroker,
  MemoryTransport,
  MessagingModule,
  partitionQueueSpec,
  stepQueueSpec,
} from '#libs/messaging';
import { HealthRegistry, loadConfig, METRICS, type MetricsRegistry, PlatformModule } from '#libs/platform';
import { connectTasks, WorkerModule } from './index.js';

let app: INestApplication;
let owner: MemoryTransport;

/** The worker as its process composes it, on the in-process transport. */
async function start(env: NodeJS.ProcessEnv = {}): Promise<void> {
  const broker = new MemoryBroker();
  const config = loadConfig({ ORQUESTRA_LOG_LEVEL: 'silent', ORQUESTRA_NODE_ID: 'node-1', ...env });
  const modules = [
    PlatformModule.forRoot(config),
    MessagingModule.forRoot({ kind: 'memory', broker }),
    WorkerModule.forRoot({ examples: config.examples }),
  ];
  app = (await Test.createTestingModule({ imports: modules }).compile()).createNestApplication({ logger: false });
  owner = new MemoryTransport({ broker });
  await owner.connect();
  await owner.declareExchanges();
  for (const task of ['echo', 'simulate', 'http', 'script', 'wfcommons.hash', 'trip.book', 'trip.cancel', 'trip.charge'])
    await owner.declareQueue(stepQueueSpec('default', task));
  await owner.declareQueue(stepQueueSpec('payments', 'echo'));
  await owner.declareQueue(partitionQueueSpec(1, 0));
  await app.init();
  connectTasks(app);
  await app.startAllMicroservices();
}

afterEach(async () => {
  await app.close();
  await owner.close();
});

/** Runs one step and resolves with what came of it. */
async function run(task: string, input: StepCommand['input']): Promise<PartitionItem> {
  const command: StepCommand = {
    instanceId: '0191e3b4-8c5a-7cc0-8c3e-3e2f6f1f2a3b',
    partition: 0,
    token: 1,
    path: 'a',
    attempt: 1,
    task,
    queue: 'default',
    input,
    idempotencyKey: 'k',
    timeoutMs: 5_000,
    claimed: false,
    delivery: 1,
    definition: 'd',
    version: '1.0.0',
  };
  const answered = new Promise<PartitionItem>((resolve) => {
    void owner.consume(partitionQueueSpec(1, 0).name, {
      prefetch: 1,
      onDelivery: (delivery) => {
        delivery.settle('ack');
        resolve(partitionEnvelopeSchema.parse(JSON.parse(delivery.content.toString())).items[0]!);
      },
    });
  });
  const content = encodeEnvelope({ v: 1, tenant: 'main', kind: 'steps', items: [command] });
  expect(
    await owner.publish([{ exchange: exchanges.steps, routingKey: stepKey('default', task), mandatory: true, content }]),
  ).toEqual(['confirmed']);
  return answered;
}

const consumers = async (task: string): Promise<number | undefined> =>
  (await owner.queueDepth(stepQueueSpec('default', task).name))?.consumers;

it('serves the built-in tasks', async () => {
  await start();
  expect(await run('echo', { a: 1 })).toMatchObject({ kind: 'completed', output: { a: 1 }, worker: 'node-1' });
  expect(await Promise.all(['echo', 'simulate', 'http', 'script'].map(consumers))).toEqual([1, 1, 1, 1]);
});

it('refuses private addresses to http steps unless it is told otherwise', async () => {
  await start();
  expect(await run('http', { url: 'http://127.0.0.1/' })).toMatchObject({
    kind: 'failed',
    failure: { code: 'HTTP_FORBIDDEN_ADDRESS', retryable: false },
  });
  await app.close();
  await owner.close();
  await start({ ORQUESTRA_HTTP_ALLOW_PRIVATE: 'true' });
  expect(await run('http', { url: 'http://127.0.0.1:1/' })).toMatchObject({
    kind: 'failed',
    failure: { code: 'HTTP_UNREACHABLE', retryable: true },
  });
});

it('serves the tasks of the recorded workflows', async () => {
  await start();
  const expected = createHash('sha256').update('task-7|aa,bb,cc').digest('hex');
  expect(await run('wfcommons.hash', { id: 'task-7', parents: ['cc', 'aa', 'bb'] })).toMatchObject({
    kind: 'completed',
    output: expected,
  });
});

it.each<[string, StepCommand['input'], object]>([
  ['trip.book', { what: 'hotel', traveller: 'Cara', to: 'Lisbon' }, { output: { cents: 32_000 } }],
  ['trip.cancel', { booking: 'hotel-1' }, { output: { cancelled: 'hotel-1' } }],
  ['trip.charge', { card: 'valid', cents: 5 }, { output: { cents: 5 } }],
  [
    'trip.charge',
    { card: 'declined', cents: 5 },
    { failure: { code: 'CARD_DECLINED', retryable: false, details: { cents: 5 } } },
  ],
])('serves %s of the trip', async (task, input, outcome) => {
  await start();
  expect(await run(task, input)).toMatchObject(outcome);
});

it('serves the queues it is told to, with all tasks that name none', async () => {
  await start({ ORQUESTRA_WORKER_QUEUES: 'default,payments' });
  expect((await owner.queueDepth(stepQueueSpec('payments', 'echo').name))?.consumers).toBe(1);
  const { checks } = await app.get(HealthRegistry).ready();
  expect(checks['worker']).toMatchObject({ tasks: 16 });
});

it('leaves the examples out where they are not wanted', async () => {
  await start({ ORQUESTRA_EXAMPLES: 'false' });
  expect(await Promise.all(['echo', 'wfcommons.hash'].map(consumers))).toEqual([1, 0]);
});

it('shows in health and metrics what it does', async () => {
  await start();
  await run('echo', 1);
  const { checks } = await app.get(HealthRegistry).ready();
  expect(checks['worker']).toMatchObject({ status: 'ok', tasks: 8, consuming: 8, finished: 1 });
  expect(await app.get<MetricsRegistry>(METRICS).metrics()).toMatch(/orquestrax_worker_finished\{[^}]*\} 1\n/);
});
