import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import amqp from 'amqplib';
import { OrquestraClient } from '#libs/client';
import { createDataSource, migrate } from '#libs/persistence';
import { Cluster, ProcessGroup, until } from '#libs/testing';
import { type ComposeServers, prepareServers } from './compose-servers.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const withServers = database === undefined || broker === undefined ? describe.skip : describe;
const run = promisify(execFile);

withServers('other systems', () => {
  const group = new ProcessGroup();
  let servers: ComposeServers;
  let cluster: Cluster;
  let client: OrquestraClient;

  beforeAll(async () => {
    servers = await prepareServers(database as string, broker as string);
    const source = await createDataSource(servers.databaseUrl, { poolSize: 2, statementTimeoutMs: 0 }).initialize();
    await migrate(source);
    await source.destroy();
    cluster = await new Cluster(group, { ...servers, counts: { gateway: 1, orchestrator: 1, worker: 1 } }).start();
    client = new OrquestraClient({ baseUrl: cluster.url });
  }, 90_000);
  afterAll(async () => {
    await group.end();
    await servers.remove();
  }, 60_000);

  it('start, signal and finish workflows with curl', async () => {
    const { stdout } = await run('sh', ['examples/other-systems/http.sh'], {
      env: { ...process.env, ORQUESTRA_URL: cluster.url },
    });
    expect(stdout.match(/^completed$/gm)).toHaveLength(2);
    expect(stdout).toMatch(/done\n$/);
  }, 60_000);

  it('start, signal and finish workflows with amqplib', async () => {
    const { stdout } = await run('node', ['examples/other-systems/amqp.mjs'], {
      env: { ...process.env, AMQP_URL: servers.amqpUrl },
    });
    expect(stdout).toMatch(/done\n$/);
    expect(stdout.match(/"cents":\d+/g)).toEqual(['"cents":4200', '"cents":100', '"cents":4200']);
  }, 90_000);

  it('are answered for every command, with one instance each, though the gateway is killed meanwhile', async () => {
    const count = 500;
    await client.registerDefinition({
      document: { name: 'many', version: '1.0.0', steps: [{ id: 'hold', type: 'sleep', for: '1h' }] },
    });
    const connection = await amqp.connect(servers.amqpUrl);
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const answers = new Map<string, Set<string>>();
    await channel.consume(
      queue,
      (message) => {
        const { correlationId } = message!.properties as { correlationId: string };
        const { id } = JSON.parse(message!.content.toString()) as { id: string };
        answers.set(correlationId, (answers.get(correlationId) ?? new Set()).add(id));
      },
      { noAck: true },
    );
    for (let n = 0; n < count; n += 1)
      channel.publish('orquestra.commands', 'workflow.start', Buffer.from('{"definition":"many"}'), {
        ...{ messageId: `many-${n}`, replyTo: queue, persistent: true },
      });
    await channel.waitForConfirms();
    await until(() => (answers.size > count / 10 ? true : undefined), 60_000);
    const [gateway] = cluster.gateways;
    await gateway!.kill();
    await gateway!.start();
    await until(() => (answers.size === count ? true : undefined), 200_000);
    expect([...answers.values()].filter((ids) => ids.size !== 1)).toEqual([]);
    expect(new Set([...answers.values()].flatMap((ids) => [...ids])).size).toBe(count);
    let stored = 0;
    for await (const _ of client.listInstances({ definition: 'many' })) stored += 1;
    expect(stored).toBe(count);
    await connection.close();
  }, 240_000);
});
