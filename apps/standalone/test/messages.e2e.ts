import { OrquestraClient } from '#libs/client';
import { createDataSource, migrate } from '#libs/persistence';
import { Cluster, ProcessGroup, until } from '#libs/testing';
import { type ComposeServers, prepareServers } from './compose-servers.js';
import { MessageClient, type MessageContract } from './message-client.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const withServers = database === undefined || broker === undefined ? describe.skip : describe;

const definitions = [
  {
    name: 'order.process',
    steps: [
      { id: 'approve', type: 'ask', kind: 'approval', needs: [] },
      { id: 'ship', type: 'event', names: ['sent'], needs: [] },
      { id: 'charge', type: 'sleep', for: '1h', needs: [] },
    ],
  },
  { name: 'order.refused', steps: [{ id: 'charge', task: 'simulate', retry: 'none', input: { failTimes: 1 } }] },
];

const slow = { id: 'wait', type: 'sleep', for: '1h' };
const booked = (id: string, undoing: object) => ({
  id,
  task: 'echo',
  compensate: { task: 'simulate', retry: 'none', ...undoing },
});
const refused = { id: 'pay', type: 'fail', code: 'CARD_DECLINED' };
/** What brings about the events that the commands do not. */
const stories = [
  { name: 'story.again', steps: [{ id: 'more', type: 'again', when: '${input.n < 1}', input: { n: '${input.n + 1}' } }] },
  { name: 'story.late', timeout: '100ms', steps: [slow] },
  { name: 'story.overdue', timeout: { after: '100ms', then: 'alert' }, steps: [slow] },
  { name: 'story.undone', steps: [booked('hotel', { input: { durationMs: 1 } }), refused] },
  { name: 'story.stuck', steps: [booked('hotel', { input: { failTimes: 9 } }), refused] },
];

withServers('other systems, with amqplib and the published contract only', () => {
  const group = new ProcessGroup();
  let servers: ComposeServers;
  let rest: OrquestraClient;
  let client: MessageClient;
  const received = new Set<string>();
  const misfits: string[] = [];

  beforeAll(async () => {
    servers = await prepareServers(database as string, broker as string);
    const source = await createDataSource(servers.databaseUrl, { poolSize: 2, statementTimeoutMs: 0 }).initialize();
    await migrate(source);
    await source.destroy();
    const cluster = await new Cluster(group, { ...servers, counts: { orchestrator: 1, worker: 1 } }).start();
    rest = new OrquestraClient({ baseUrl: cluster.url });
    for (const document of definitions) await rest.registerDefinition({ document: { version: '1.2.0', ...document } });
    const contract = (await (await fetch(`${cluster.url}/asyncapi.json`)).json()) as MessageContract;
    client = await MessageClient.open(servers.amqpUrl, contract);
    await client.listen(
      'events',
      (event) => received.add(event.name),
      (error) => misfits.push(error.message),
    );
  }, 90_000);
  afterAll(async () => {
    await (client as MessageClient | undefined)?.close(); // undefined when the cluster did not start
    await group.end();
    await servers.remove();
  }, 60_000);

  /** An instance that is as wanted. */
  const instance = async (definition: string, status: string): Promise<string> => {
    const { id } = await rest.startInstance({ definition });
    await until(async () => (await rest.getInstance(id)).status === status || undefined, 15_000);
    return id;
  };
  const waiting = (): Promise<string> => instance('order.process', 'waiting');
  const failed = (): Promise<string> => instance('order.refused', 'failed');
  const paused = async (): Promise<string> => {
    const id = await waiting();
    await rest.pause(id);
    return id;
  };

  /** Per command: the instance its example is about. */
  const worlds: Readonly<Record<string, () => Promise<string | undefined>>> = {
    start: async () => undefined,
    cancel: waiting,
    pause: waiting,
    resume: paused,
    retry: failed,
    stepRetry: failed,
    stepSkip: failed,
    stepComplete: waiting,
    stepCancel: waiting,
    askAnswer: waiting,
    askClaim: waiting,
    askReassign: waiting,
    event: async () => undefined,
  };

  it.each(Object.entries(worlds))(
    'the example of %s is done, and answered as the contract says',
    async (operation, prepare) => {
      const id = await prepare();
      const example = client.exampleOf(operation) as Record<string, unknown>;
      const reply = await client.ask(operation, id === undefined ? example : { ...example, id });
      expect(client.nameOf(operation, reply)).not.toBe('Refused');
      if (id !== undefined) expect(reply.body).toMatchObject({ id, outcome: 'applied' });
    },
    30_000,
  );

  it.each(Object.keys(worlds))('%s is refused with a problem when it does not fit', async (operation) => {
    const reply = await client.ask(operation, { surprise: true });
    expect(client.nameOf(operation, reply)).toBe('Refused');
    expect(reply.body).toMatchObject({ status: 422, code: 'REQUEST_INVALID' });
  });

  it('every event of the contract is told, and fits it', async () => {
    for (const document of stories) {
      await rest.registerDefinition({ document: { version: '1.0.0', ...document } });
      await rest.startInstance({ definition: document.name, input: { n: 0 } });
    }
    const wanted = Object.keys(client.contract.channels['events']!.messages);
    await until(() => wanted.every((name) => received.has(name)) || undefined, 30_000);
    expect({ missing: wanted.filter((name) => !received.has(name)), misfits }).toEqual({ missing: [], misfits: [] });
  }, 60_000);

  it('the example of a message for a trigger starts an instance', async () => {
    await rest.putTrigger('orders', {
      kind: 'message',
      definition: 'order.process',
      exchange: 'shop',
      routingKey: 'order.#',
      key: 'shop-${message.body.order}',
      input: '${message.body}',
    });
    const find = async () => {
      for await (const found of rest.listInstances({ key: 'shop-o-1', definition: 'order.process' }))
        return rest.getInstance(found.id);
      return undefined;
    };
    // a trigger listens a moment after it was made; the same message again starts nothing
    const payload = await client.publishExample('triggers', 'shop', 'order.paid');
    const instance = await until(async () => {
      const started = await find();
      if (started === undefined) await client.publishExample('triggers', 'shop', 'order.paid');
      return started;
    }, 20_000);
    expect(instance?.input).toEqual(payload);
  }, 60_000);

  it('no operation of the contract is left out', () => {
    const tried = [...Object.keys(worlds), 'replies', 'events', 'triggers'];
    expect(Object.keys(client.contract.operations).sort()).toEqual(tried.sort());
  });
});
