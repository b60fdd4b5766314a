import { jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { type BuriedIncident, commandsQueue, exchanges, incidentHeader, stepKey } from '#libs/contracts';
import { createTransport, deadLetterQueueSpec, stepQueueSpec, type Transport } from '#libs/messaging';
import { DataFault, IncidentQueries, IncidentStore, SpoiltRow } from '#libs/persistence';
import { RabbitNode, until } from '#libs/testing';
import { DeadLetterReader } from '../src/incidents/dead-letter-reader.js';
import { Incidents } from '../src/incidents/incidents.js';
import { OrchestratorMetrics } from '../src/metrics/orchestrator-metrics.js';
import { OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

const whereRabbitIs = RabbitNode.isInstalled() || process.env['CI'] ? describe : describe.skip;
const instanceId = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

whereRabbitIs('dead letters', () => {
  let broker: RabbitNode;
  let bench: OrchestratorBench;
  let transport: Transport;
  let incidents: Incidents;
  let reader: DeadLetterReader;

  beforeAll(async () => {
    broker = await RabbitNode.start();
  }, 120_000);
  afterAll(() => broker[Symbol.asyncDispose](), 60_000);
  beforeEach(async () => {
    bench = await OrchestratorBench.open();
    transport = createTransport({ kind: 'amqp', url: broker.url });
    await transport.connect();
    await transport.declareExchanges();
    const metrics = new OrchestratorMetrics(new Registry());
    incidents = new Incidents(bench.incidents, metrics, bench.incidentActs, bench.incidentQueries);
    reader = readerOf(100);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await reader.stop();
    await transport.deleteQueue(deadLetterQueueSpec.name);
    await transport.close();
    await bench.close();
  });

  const readerOf = (incidentsAMinute: number) => new DeadLetterReader(transport, { incidentsAMinute }, incidents);
  const all = () => bench.incidentQueries.list({}, { limit: 100 }).then(({ items }) => items);
  const there = (count: number) =>
    until(async () => {
      const items = await all();
      return items.length >= count ? items : undefined;
    }, 20_000);
  /** What was prefetched and not acknowledged would be in its queue again. */
  const isRead = async () => {
    await reader.stop();
    expect((await transport.queueDepth(deadLetterQueueSpec.name))?.ready).toBe(0);
  };
  const bury = (content: string, known: BuriedIncident | undefined, routingKey = '') =>
    transport.publish([
      {
        ...{ exchange: exchanges.deadLetters, routingKey, content: Buffer.from(content), messageId: 'm-1' },
        headers: {
          ...{ 'x-first-death-queue': commandsQueue, 'x-first-death-exchange': exchanges.commands, reason: 'BAD: it is' },
          ...(known && { [incidentHeader]: JSON.stringify(known) }),
        },
      },
    ]);

  it('a step command no worker can read becomes an incident of its instance and step, though it cannot be written at first', async () => {
    const spec = stepQueueSpec('default', 'work');
    await transport.declareQueue(spec);
    const worker = await transport.consume(spec.name, { prefetch: 1, onDelivery: (delivery) => delivery.settle('deadLetter') });
    const late = jest.spyOn(IncidentStore.prototype, 'recordLate').mockRejectedValueOnce(new Error('the database is away'));
    reader.start();
    const content = Buffer.from(JSON.stringify({ v: 1, kind: 'steps', items: [{ instanceId, path: 'ship/3', token: 'many' }] }));
    await transport.publish([{ exchange: exchanges.steps, routingKey: stepKey('default', 'work'), content, mandatory: true }]);
    const [incident] = (await there(1))!;
    expect(late).toHaveBeenCalledTimes(2);
    expect(incident).toMatchObject({ kind: 'deadLetter', instanceId, path: 'ship/3', status: 'open', deliveries: 1 });
    expect(incident!.reason).toMatch(/^a message of orquestra\.steps\.default\.work cannot be read by workers: /);
    expect((await bench.incidentQueries.get(incident!.id))!.raw).toEqual(content);
    await isRead();
    await worker.close();
    await transport.deleteQueue(spec.name);
  });

  it('what was one too many becomes the incident it was to be, and what has one does not become a second', async () => {
    const written = (await bench.incidents.record({ kind: 'unreadable', reason: 'r' }))!;
    reader.start();
    const known = { kind: 'refusedCommand', code: 'INPUT_INVALID', key: 'amqp:m-1', definition: 'pay' };
    await bury('{"definition":"pay"}', known, 'workflow.start');
    await bury('{', { kind: 'unreadable', id: written });
    await bury('{', { kind: 'lostStep', id: '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1c' }); // says what is not so
    await bury('nobody says anything', undefined);
    const others = (await there(4))!.filter(({ id }) => id !== written);
    await isRead();
    expect(others.map(({ kind }) => kind).sort()).toEqual(['refusedCommand', 'unreadable', 'unreadable']);
    expect(others.find(({ kind }) => kind === 'refusedCommand')).toMatchObject({
      ...{ code: 'INPUT_INVALID', definition: 'pay', messageKey: 'refusedCommand:amqp:m-1' },
      headers: { queue: commandsQueue, exchange: exchanges.commands, routingKey: 'workflow.start', messageId: 'm-1' },
    });
  });

  it('what cannot be stored as it is told, or not at first, is stored all the same, and uses up its own place only', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000);
    reader = readerOf(3);
    reader.start();
    const late = jest.spyOn(IncidentStore.prototype, 'recordLate');
    late.mockRejectedValueOnce(new DataFault('54000', 'index row size 3016 exceeds maximum'));
    await bury('forged', undefined);
    const [bare] = (await there(1))!;
    expect(bare).toMatchObject({ kind: 'deadLetter', code: 'DEAD_LETTER', reason: expect.stringContaining('index row size') });
    const long = Array.from({ length: 1_000 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))).join('');
    await bury('long', { kind: 'refusedCommand', key: long });
    await there(2);
    late.mockRejectedValueOnce(new Error('the database is away'));
    await bury('late', undefined);
    expect(await there(3)).toHaveLength(3);
    expect(late).toHaveBeenCalledTimes(5);
    await isRead();
  });

  it('what has an incident is done with, though that one cannot be read any more', async () => {
    const written = (await bench.incidents.record({ kind: 'unreadable', reason: 'r' }))!;
    const read = jest.spyOn(IncidentQueries.prototype, 'get').mockRejectedValueOnce(new SpoiltRow('it cannot be read'));
    await bury('{', { kind: 'unreadable', id: written });
    reader.start();
    expect(await until(() => Promise.resolve(read.mock.calls.length > 0 || undefined), 20_000)).toBe(true);
    await isRead();
    expect(await all()).toHaveLength(1);
  });

  it('so many are read a minute; the others wait in their queue', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000);
    reader = readerOf(2);
    for (let n = 0; n < 3; n += 1) await bury(`letter ${n}`, undefined);
    reader.start();
    await there(2);
    await reader.stop();
    const waits = async () => ((await transport.queueDepth(deadLetterQueueSpec.name))?.ready === 1 ? true : undefined);
    expect(await until(waits, 20_000)).toBe(true);
    expect(await all()).toHaveLength(2);
  });
});
