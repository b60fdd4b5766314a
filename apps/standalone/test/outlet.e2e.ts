import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import amqp from 'amqplib';
import { OrquestraClient } from '#libs/client';
import { createDataSource, migrate } from '#libs/persistence';
import { Cluster, ProcessGroup, until } from '#libs/testing';
import { ReceiverServer } from '../../orchestrator/test/bench/receiver-server.js';
import { type ComposeServers, prepareServers } from './compose-servers.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const withServers = database === undefined || broker === undefined ? describe.skip : describe;
const run = promisify(execFile);

withServers('messages out', () => {
  const group = new ProcessGroup();
  const receivers: ReceiverServer[] = [];
  let places: ComposeServers;
  let cluster: Cluster;
  let client: OrquestraClient;

  beforeAll(async () => {
    places = await prepareServers(database as string, broker as string);
    const source = await createDataSource(places.databaseUrl, { poolSize: 2, statementTimeoutMs: 0 }).initialize();
    await migrate(source);
    await source.destroy();
    const env = { ORQUESTRA_HTTP_ALLOW_PRIVATE: 'true', ORQUESTRA_PARTITIONS: '4' };
    cluster = await new Cluster(group, { ...places, env, counts: { orchestrator: 2, worker: 1 } }).start();
    client = new OrquestraClient({ baseUrl: cluster.url });
    const steps = [{ id: 'a', task: 'echo', input: {} }];
    await client.registerDefinition({ document: { name: 'one', version: '1.0.0', steps } });
  }, 90_000);
  afterAll(async () => {
    for (const receiver of receivers) receiver.close();
    await group.end();
    await places.remove();
  }, 60_000);

  const startMany = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let at = 0; at < count; at += 500) {
      const instances = Array.from({ length: Math.min(500, count - at) }, () => ({ definition: 'one' }));
      const { items } = await client.startBatch(instances);
      ids.push(...items.map(({ instance }) => instance!.id));
    }
    return ids;
  };
  const hook = async (name: string, receiver: ReceiverServer): Promise<void> => {
    receivers.push(receiver);
    await client.putWebhook(name, { url: receiver.url, events: ['completed'] });
  };

  it('are received, checked and read by the script of the documentation', async () => {
    const { stdout } = await run('node', ['examples/other-systems/receive.mjs'], {
      env: { ...process.env, ORQUESTRA_URL: cluster.url, DEFINITION: 'one' },
    });
    expect(stdout).toBe('dev.orquestrax.instance.completed.v1 of ours completed\nstarted completed\n');
  }, 60_000);

  it('reach every subscriber of the broker, though one never acknowledges and one refuses what is too much', async () => {
    const connection = await amqp.connect(places.amqpUrl);
    const channel = await connection.createChannel();
    const bound = async (args: object): Promise<string> => {
      const { queue } = await channel.assertQueue('', { exclusive: true, arguments: args });
      await channel.bindQueue(queue, 'orquestra.events', 'one.completed');
      return queue;
    };
    const [stuck, reader] = [await bound({}), await bound({})];
    const full = await bound({ 'x-max-length': 5, 'x-overflow': 'reject-publish' });
    const seen = new Set<string>();
    await channel.consume(stuck, () => undefined);
    await channel.consume(reader, (message) => seen.add(message!.properties.messageId as string), { noAck: true });
    const ids = await startMany(1_000);
    expect(await until(() => seen.size >= 1_000 || undefined, 60_000)).toBe(true);
    expect(new Set([...seen].map((id) => id.split('/')[0]))).toEqual(new Set(ids));
    await channel.deleteQueue(full);
    await connection.close();
  }, 120_000);

  it('come to a live webhook at its own pace beside a dead one, each at least once, though orchestrators are killed', async () => {
    const [live, dead] = [await new ReceiverServer().listen(), await new ReceiverServer(() => 'silent').listen()];
    await hook('live', live);
    await hook('dead', dead);
    const ids = await startMany(5_000);
    const [victim] = cluster.orchestrators;
    await live.until(({ received }) => received.length > 500);
    await victim!.kill();
    await live.until(({ received }) => received.length > 2_500);
    await victim!.start();
    expect(await until(() => live.ids.size === ids.length || undefined, 120_000)).toBe(true);
    expect(new Set([...live.ids].map((id) => id.split('/')[0]))).toEqual(new Set(ids));
    for (const receiver of [live, dead]) receiver.close();
  }, 240_000);
});
