import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, connect } from 'amqplib';
import { deadLetterQueue, exchanges } from '#libs/contracts';
import { RabbitNode, TcpProxy, until } from '#libs/testing';
import { Inbox, newLane, untilDepth, untilState } from '../conformance/world.js';
import { maxMessageBytes } from '../codec.js';
import { QueueStuckError } from '../errors.js';
import { controlQueueSpec, triggerQueueSpec } from '../topology.js';
import type { Consumer, TransportState } from '../transport.js';
import { AmqpTransport } from './amqp-transport.js';
import { laneOf } from './publishers.js';
import type { AmqpTransportOptions } from './amqp-options.js';
import { earlierArguments } from './queue-arguments.js';
import { answerMs } from './within.js';

const whereRabbitIs = RabbitNode.isInstalled() || process.env.CI ? describe : describe.skip;

/** What is only seen when the broker itself fails: a node of our own is stopped, killed, wiped, starved and silenced. */
whereRabbitIs('the AMQP transport during outages of its broker', () => {
  let node: RabbitNode;
  const open: AmqpTransport[] = [];

  beforeAll(async () => {
    node = await RabbitNode.start();
  }, 120_000);

  afterEach(async () => {
    for (const transport of open.splice(0)) await transport.close();
  }, 60_000);

  afterAll(() => node[Symbol.asyncDispose](), 60_000);

  async function connected(options: Partial<AmqpTransportOptions> = {}): Promise<AmqpTransport> {
    const transport = new AmqpTransport({ url: node.url, ...options });
    open.push(transport);
    await transport.connect();
    await transport.declareExchanges();
    return transport;
  }

  const back = (transport: AmqpTransport, after: number): Promise<void> =>
    untilState(transport, () => transport.session > after && transport.state === 'connected', 'a reconnect', 60_000);

  it.each(['stop', 'kill'] as const)(
    'brings channels, consumers, prefetch and exclusive queues back after a %s and a restart',
    async (how) => {
      const transport = await connected();
      const lane = newLane();
      const own = controlQueueSpec(randomUUID());
      for (const spec of [lane.spec, own]) await transport.declareQueue(spec);
      const [inbox, announcements] = [new Inbox(), new Inbox()];
      if (how === 'kill') await settleOnDisk(transport);
      await inbox.consume(transport, lane.spec.name, { prefetch: 2 });
      await announcements.consume(transport, own.name);
      expect(await transport.publish(['1', '2', '3', '4'].map((text) => lane.message(text)))).toEqual(Array(4).fill('confirmed'));
      await inbox.count(2);
      const states: TransportState[] = [];
      transport.onState((state) => states.push(state));
      const before = transport.session;

      await node[how]();
      await untilState(transport, () => transport.state === 'disconnected', 'the loss');
      expect(await transport.publish([lane.message('lost')])).toEqual(['unconfirmed']);
      await node.start();
      await back(transport, before);

      await inbox.count(4);
      expect(states).toEqual(['disconnected', 'connected']);
      expect(inbox.losses).toEqual(['disconnected']);
      await untilDepth(transport, lane.spec.name, { ready: 2, consumers: 1 });
      inbox.deliveries[0]?.settle('ack'); // of the old connection: must not settle its successor
      inbox.deliveries[2]?.settle('ack');
      await inbox.count(5);
      await untilDepth(transport, lane.spec.name, { ready: 1 });
      inbox.deliveries[3]?.settle('ack');
      await inbox.count(6);
      // after a crash the queue may give back what the dead consumer held behind what it did not
      expect(inbox.texts.slice(2).sort()).toEqual(['1', '2', '3', '4']);
      const news = { exchange: exchanges.control, routingKey: '', content: Buffer.from('hello'), mandatory: true };
      expect(await transport.publish([news])).toEqual(['confirmed']);
      await announcements.count(1);
      await transport.deleteQueue(lane.spec.name);
    },
    120_000,
  );

  /**
   * RabbitMQ 3.10 writes the directory of its quorum queues a moment after it has answered; one that was declared just before a
   * kill -9 comes back without a leader (the next test). A clean restart makes sure that it is written.
   */
  async function settleOnDisk(transport: AmqpTransport): Promise<void> {
    const { session } = transport;
    await node.stop();
    await node.start();
    await back(transport, session);
  }

  it('reports a queue without a leader, keeps the others going, and heals it by deleting it', async () => {
    const transport = await connected({ confirmTimeoutMs: 2_000 });
    const sound = newLane();
    let broken = newLane();
    while (laneOf(broken.message('').routingKey) === laneOf(sound.message('').routingKey)) broken = newLane();
    await transport.declareQueue(sound.spec);
    await settleOnDisk(transport);
    await transport.declareQueue(broken.spec);
    await transport.publish([broken.message('1')]);
    const before = transport.session;
    await node.kill();
    await node.start();
    await back(transport, before);
    const [isAnswering] = await transport.publish([broken.message('2')]);
    if (isAnswering === 'confirmed') return; // a newer broker, or this one was quick enough

    expect(await transport.publish([broken.message('3'), sound.message('4')])).toEqual(['unconfirmed', 'confirmed']);
    expect(transport.session).toBe(before + 1);
    await expect(new Inbox().consume(transport, broken.spec.name)).rejects.toThrow(QueueStuckError);
    // the broker's end of a channel that waited for such a queue breaks after 30 s, and takes its connection along
    await retried(() => transport.deleteQueue(broken.spec.name));
    await retried(() => transport.declareQueue(broken.spec));
    await retried(async () => expect(await transport.publish([broken.message('5')])).toEqual(['confirmed']));
    const inbox = new Inbox();
    await retried(() => inbox.consume(transport, broken.spec.name));
    await inbox.until(() => inbox.texts.includes('5'), 'the message');
  }, 180_000);

  it('brings its consumers back though one of them waits for a queue without a leader', async () => {
    const transport = await connected();
    const [sound, broken] = [newLane(), newLane()];
    await transport.declareQueue(sound.spec);
    await settleOnDisk(transport);
    await transport.declareQueue(broken.spec);
    const inboxes = [new Inbox(), new Inbox()] as const;
    await inboxes[0].consume(transport, broken.spec.name);
    await inboxes[1].consume(transport, sound.spec.name, { onRestored: inboxes[1].restored });
    const before = transport.session;
    await node.kill();
    await node.start();
    await back(transport, before);

    await inboxes[1].until(() => inboxes[1].restorations > 0, 'the consumer that has a leader', answerMs / 2);
    await expect(transport.publish([sound.message('1')])).resolves.toEqual(['confirmed']);
    await inboxes[1].count(1);
    await retried(() => transport.deleteQueue(broken.spec.name));
  }, 180_000);

  it('finds its exchanges again on a wiped broker, and tells consumers that their queues are gone', async () => {
    const transport = await connected();
    const lane = newLane();
    await transport.declareQueue(lane.spec);
    const inbox = new Inbox();
    await inbox.consume(transport, lane.spec.name);
    const before = transport.session;
    await node.stop();
    await node.wipe();
    await node.start();
    await back(transport, before);
    await inbox.until(() => inbox.losses.length === 2, 'both losses');
    expect(inbox.losses).toEqual(['disconnected', 'queueGone']);
    expect(await transport.publish([lane.message('1')])).toEqual(['returned']);
    expect(await transport.queueDepth(lane.spec.name)).toBeUndefined();
    expect(await transport.declareQueue(lane.spec)).toBe(true);
    expect(await transport.publish([lane.message('2')])).toEqual(['confirmed']);
    await transport.deleteQueue(lane.spec.name);
  }, 120_000);

  it('is blocked under a memory alarm, does not hang, and still acknowledges', async () => {
    const transport = await connected({ confirmTimeoutMs: 1_500 });
    const watcher = await connected();
    const lane = newLane();
    await transport.declareQueue(lane.spec);
    await transport.publish(['1', '2'].map((text) => lane.message(text)));
    const inbox = new Inbox();
    await inbox.consume(transport, lane.spec.name, { prefetch: 1 });
    await inbox.count(1);

    await node.ctl('set_vm_memory_high_watermark', 'absolute', '1000');
    try {
      const during = transport.publish(['3', '4'].map((text) => lane.message(text)));
      await untilState(transport, () => transport.state === 'blocked', 'the alarm');
      expect(await during).toEqual(['unconfirmed', 'unconfirmed']);
      expect(await transport.publish([lane.message('5')])).toEqual(['unconfirmed']);
      inbox.deliveries[0]?.settle('ack');
      await inbox.count(2);
      inbox.deliveries[1]?.settle('ack');
      await untilDepth(watcher, lane.spec.name, { ready: 0 });
    } finally {
      await node.ctl('set_vm_memory_high_watermark', '0.4');
    }
    await untilState(transport, () => transport.state === 'connected', 'the end of the alarm', 30_000);
    expect(transport.session).toBe(1);
    expect(await transport.publish([lane.message('6')])).toEqual(['confirmed']);
    await transport.deleteQueue(lane.spec.name);
  }, 120_000);

  it('notices a half-open connection by its heartbeats and connects again', async () => {
    const door = await TcpProxy.start({ host: '127.0.0.1', port: node.port });
    try {
      const transport = await connected({ url: door.through(node.url), heartbeatS: 1 });
      const before = transport.session;
      door.silence(true);
      await untilState(transport, () => transport.state === 'disconnected', 'the loss', 10_000);
      door.silence(false);
      await back(transport, before);
    } finally {
      await door.stop();
    }
  }, 60_000);

  it('notices it earlier when it publishes, and gives up on a peer that never says hello', async () => {
    const door = await TcpProxy.start({ host: '127.0.0.1', port: node.port });
    try {
      const options = { url: door.through(node.url), confirmTimeoutMs: 300, connectTimeoutMs: 500, heartbeatS: 60 };
      const transport = await connected(options);
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      door.silence(true);
      expect(await transport.publish([lane.message('1')])).toEqual(['unconfirmed']);
      await untilState(transport, () => transport.state === 'disconnected', 'the loss', 5_000);
      door.silence(false);
      await back(transport, 1);
      expect(await transport.publish([lane.message('2')])).toEqual(['confirmed']);
      await transport.deleteQueue(lane.spec.name);
    } finally {
      await door.stop();
    }
  }, 60_000);

  it('makes an exchange again that was deleted under it, with the bindings of its queues', async () => {
    const transport = await connected();
    const lane = newLane();
    await transport.declareQueue(lane.spec);
    const operator = await connect(node.url);
    const channel = await operator.createChannel();
    await channel.deleteExchange(exchanges.steps);
    await operator.close();
    expect(await transport.publish([lane.message('1')])).toEqual(['unconfirmed']);
    expect(await transport.publish([lane.message('2')])).toEqual(['confirmed']);
    expect(transport.session).toBe(1);
    await transport.deleteQueue(lane.spec.name);
  }, 60_000);

  it('binds its queues again to an exchange that somebody else made again (npm run faults: F10, seed 1)', async () => {
    const owner = await connected();
    const lane = newLane();
    await owner.declareQueue(lane.spec);
    const operator = await connect(node.url);
    const channel = await operator.createChannel();
    await channel.deleteExchange(exchanges.steps);
    await operator.close();
    const other = await connected(); // knows the exchanges, and no queue
    expect(await other.publish([lane.message('1')])).toEqual(['returned']);
    const sent = await until(
      async () => ((await other.publish([lane.message('2')]))[0] === 'confirmed' ? true : undefined),
      20_000,
    );
    expect(sent).toBe(true);
    expect(owner.session).toBe(1);
    await owner.deleteQueue(lane.spec.name);
  }, 60_000);

  it('binds again what is its own, and never what was taken away on purpose', async () => {
    const [one, two] = [await connected(), await connected()];
    const lane = newLane();
    const taken = { exchange: exchanges.events, routingKey: `taken.${randomUUID()}` };
    await one.declareQueue({ ...lane.spec, bindings: [...lane.spec.bindings, taken] });
    await one.unbindQueue(lane.spec.name, taken.exchange, taken.routingKey);
    // of a message trigger: the other gateway knows the key that this one takes away
    const followed = triggerQueueSpec(randomUUID(), { ...taken, routingKey: `old.${randomUUID()}` });
    for (const transport of [one, two]) await transport.declareQueue(followed);
    await one.unbindQueue(followed.name, followed.bindings[0]!.exchange, followed.bindings[0]!.routingKey);
    const operator = await connect(node.url);
    const channel = await operator.createChannel();
    await channel.unbindQueue(lane.spec.name, exchanges.steps, lane.message('').routingKey);
    await operator.close();

    const isBound = async (): Promise<true | undefined> =>
      (await one.publish([lane.message('1')]))[0] === 'confirmed' ? true : undefined;
    expect(await until(isBound, 20_000)).toBe(true);
    await pause(6_000); // a tick of both
    const gone = [taken, ...followed.bindings].map((to) => ({ ...to, content: Buffer.from('2'), mandatory: true }));
    expect(await one.publish(gone)).toEqual(['returned', 'returned']);
    for (const { name } of [lane.spec, followed]) await one.deleteQueue(name);
  }, 60_000);

  it('notices that the broker has forgotten a consumer, because somebody else has declared its deleted queue again at once', async () => {
    const [transport, other] = [await connected(), await connected()];
    const lane = newLane();
    const inbox = new Inbox();
    const consume = (): Promise<unknown> => inbox.consume(transport, lane.spec.name, { prefetch: 60_000 });
    await other.declareQueue(lane.spec);
    await consume();
    let isOver = false;
    const sending = (async () => {
      while (!isOver) {
        const [outcome] = await other.publish([lane.message('between')]);
        if (outcome === 'returned') await other.declareQueue(lane.spec).catch(() => undefined);
        await pause(1); // at once where there is no connection
      }
    })();
    for (let turn = 1; turn <= 3; turn += 1) {
      await pause(200); // of a queue in use
      await transport.deleteQueue(lane.spec.name);
    }
    isOver = true;
    await sending;
    await untilState(other, () => other.state === 'connected', 'a connection');
    await other.declareQueue(lane.spec);
    if (inbox.losses.includes('queueGone')) await consume(); // it was told
    expect(await other.publish([lane.message('last')])).toEqual(['confirmed']);
    await inbox.until(() => inbox.texts.includes('last'), 'what is sent afterwards', 30_000);
  }, 60_000);

  it('goes on with a queue an earlier version has made, and with what is in it', async () => {
    const transport = await connected();
    const lane = newLane();
    const sender = await connect(node.url);
    const channel = await sender.createChannel();
    await channel.assertQueue(lane.spec.name, earlierArguments(lane.spec, 'quorum'));
    channel.sendToQueue(lane.spec.name, Buffer.from('before'));
    await channel.close();
    await sender.close();
    expect(await transport.declareQueue(lane.spec)).toBe(false);
    const inbox = new Inbox();
    await inbox.consume(transport, lane.spec.name);
    expect(await transport.publish([lane.message('after')])).toEqual(['confirmed']);
    await inbox.count(2);
    expect(inbox.texts).toEqual(['before', 'after']);
    await transport.deleteQueue(lane.spec.name);
  }, 60_000);

  it('buries what is too big to be published, cut', async () => {
    const transport = await connected();
    const lane = newLane();
    await transport.declareQueue(lane.spec);
    const sender = await connect(node.url);
    const channel = await sender.createChannel();
    channel.publish(exchanges.steps, lane.message('').routingKey, Buffer.alloc(maxMessageBytes + 1, 97));
    await channel.close();
    await sender.close();
    const [inbox, dead] = [new Inbox(), new Inbox()];
    await dead.consume(transport, deadLetterQueue);
    await inbox.consume(transport, lane.spec.name);
    await inbox.count(1);
    inbox.deliveries[0]?.settle('deadLetter');
    await dead.count(1);
    expect(dead.deliveries[0]?.content).toHaveLength(maxMessageBytes);
    expect(dead.deliveries[0]?.headers).toMatchObject({ 'x-cut-from-bytes': maxMessageBytes + 1 });
    await untilDepth(transport, lane.spec.name, { ready: 0 });
    expect(inbox.deliveries).toHaveLength(1);
    dead.deliveries[0]?.settle('ack');
    await transport.deleteQueue(lane.spec.name);
  }, 60_000);

  it('restores a consumer whose channel the broker closed, and no other is disturbed', async () => {
    const transport = await connected();
    const lanes = [newLane(), newLane()] as const;
    const [broken, other] = [new Inbox(), new Inbox()];
    for (const lane of lanes) await transport.declareQueue(lane.spec);
    const consumer = await broken.consume(transport, lanes[0].spec.name, { prefetch: 1 });
    await other.consume(transport, lanes[1].spec.name);
    await transport.publish([lanes[0].message('1'), lanes[0].message('2'), lanes[1].message('a')]);
    await Promise.all([broken.count(1), other.count(1)]);

    // an acknowledgement of nothing: 406, as after an acknowledgement time-out
    channelOf(consumer).ack({ fields: { deliveryTag: 77 } } as never);
    await broken.until(() => broken.losses.length > 0, 'the loss');
    await broken.count(2);

    expect(broken.losses).toEqual(['channelClosed']);
    expect(broken.deliveries[1]).toMatchObject({ redelivered: true });
    expect(broken.texts).toEqual(['1', '1']);
    broken.deliveries[0]?.settle('ack'); // of the dead channel: ignored
    broken.deliveries[1]?.settle('ack');
    await broken.count(3);
    other.deliveries[0]?.settle('ack');
    await untilDepth(transport, lanes[1].spec.name, { ready: 0, consumers: 1 });
    expect(other.losses).toEqual([]);
    expect(transport.session).toBe(1);
    for (const lane of lanes) await transport.deleteQueue(lane.spec.name);
  }, 60_000);
});

/** As its callers do: again after the next reconnect. */
async function retried(work: () => Promise<unknown>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function channelOf(consumer: Consumer): Channel {
  const { life } = consumer as unknown as { life?: { channel: Channel } };
  if (life === undefined) throw new Error('expected the consumer to have a channel');
  return life.channel;
}
