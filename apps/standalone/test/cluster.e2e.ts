import { OrquestraClient } from '#libs/client';
import { freePort, ProcessGroup, type TestProcess, until } from '#libs/testing';
import { type ComposeServers, prepareServers } from './compose-servers.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const withServers = database === undefined || broker === undefined ? describe.skip : describe;

interface ClusterEvent {
  readonly event: string;
  readonly role?: string;
  readonly index?: number;
  readonly pid?: number;
}

const eventsOf = (cluster: TestProcess): ClusterEvent[] =>
  cluster.lines.filter((line) => line.startsWith('{"event"')).map((line) => JSON.parse(line) as ClusterEvent);

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

withServers('npm run cluster', () => {
  const group = new ProcessGroup();
  let servers: ComposeServers;
  let cluster: TestProcess;
  let client: OrquestraClient;

  const started = (role: string, index: number) =>
    eventsOf(cluster).filter((event) => event.event === 'started' && event.role === role && event.index === index);

  beforeAll(async () => {
    servers = await prepareServers(database as string, broker as string);
    const port = await freePort();
    client = new OrquestraClient({ baseUrl: `http://127.0.0.1:${port}` });
    cluster = await group.start({
      name: 'cluster',
      entry: 'scripts/run.mjs',
      args: ['cluster', '--json', '--port', String(port), '--orchestrators', '2', '--workers', '2'],
      env: { DATABASE_URL: servers.databaseUrl, AMQP_URL: servers.amqpUrl },
      readyLine: /^\{"event":"up"/,
      readyTimeoutMs: 120_000,
    });
  }, 150_000);
  afterAll(async () => {
    await group.end();
    await servers.remove();
  }, 60_000);

  it('brings up the schema and every service, and runs a workflow', async () => {
    expect(eventsOf(cluster).filter((event) => event.event === 'ready')).toHaveLength(5);
    await client.registerDefinition({
      document: { name: 'cluster', version: '1.0.0', steps: [{ id: 'say', task: 'echo', input: { n: 1 } }] },
    });
    const { id } = await client.startInstance({ definition: 'cluster' });
    expect(await client.waitForInstance(id, { timeoutMs: 30_000 })).toMatchObject({ status: 'completed', output: { n: 1 } });
  }, 60_000);

  it('starts a killed service again, and workflows go on', async () => {
    const [before] = started('orchestrator', 1);
    process.kill(before?.pid as number, 'SIGKILL');
    const again = await until(() => started('orchestrator', 1)[1], 30_000);
    expect(again?.pid).not.toBe(before?.pid);
    const { id } = await client.startInstance({ definition: 'cluster' });
    expect(await client.waitForInstance(id, { timeoutMs: 45_000 })).toMatchObject({ status: 'completed' });
  }, 90_000);

  it('keeps the limit of a definition while an orchestrator is killed, and forgets nobody', async () => {
    const steps = [{ id: 'work', task: 'simulate', input: { duration: '400ms' } }];
    await client.registerDefinition({ document: { name: 'limited', version: '1.0.0', concurrency: { limit: 3 }, steps } });
    const { items } = await client.startBatch(Array.from({ length: 40 }, () => ({ definition: 'limited' })));
    const ids = items.map(({ instance }) => instance?.id as string);
    await client.waitForInstance(ids[5] as string, { timeoutMs: 45_000 });
    process.kill(started('orchestrator', 1).at(-1)?.pid as number, 'SIGKILL');
    for (const id of ids) expect((await client.waitForInstance(id, { timeoutMs: 90_000 })).status).toBe('completed');
    const places: { from: number; to: number }[] = [];
    for (const id of ids) {
      const place = { from: NaN, to: NaN };
      for await (const { type, at } of client.history(id)) {
        if (type === 'limitGranted') place.from = Date.parse(at);
        if (type === 'instanceCompleted') place.to = Date.parse(at);
      }
      places.push(place);
    }
    // Two orchestrators know the time of the database a little differently: what overlaps by less than this may be that.
    const skewMs = 150;
    const others = places.map(({ from }) => places.filter((one) => one.from + skewMs <= from && from < one.to - skewMs).length);
    expect(Math.max(...others)).toBeLessThanOrEqual(2);
  }, 200_000);

  it('ends every service on SIGTERM', async () => {
    const pids = eventsOf(cluster).flatMap((event) => (event.event === 'started' ? [event.pid as number] : []));
    expect(await cluster.stop(60_000)).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
  }, 90_000);
});
