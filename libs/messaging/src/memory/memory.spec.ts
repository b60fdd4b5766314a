import { exchanges } from '#libs/contracts';
import { describeTransport } from '../conformance/index.js';
import { Inbox, newLane } from '../conformance/world.js';
import { MemoryBroker } from './memory-broker.js';
import { MemoryTransport } from './memory-transport.js';
import { controlQueueSpec } from '../topology.js';
import { topicMatches } from './memory-exchange.js';

describeTransport('memory', async () => {
  const broker = new MemoryBroker();
  return {
    create: (options) => new MemoryTransport({ broker, ...options }),
    loseConnection: async (transport) => (transport as MemoryTransport).loseConnection(),
    close: async () => undefined,
  };
});

describe('memory transport › bounded queues', () => {
  const kilobyte = Buffer.alloc(1024, 0x20);

  async function smallQueue(confirmTimeoutMs?: number) {
    const transport = new MemoryTransport({ broker: new MemoryBroker({ maxQueueBytes: 4096 }), confirmTimeoutMs });
    await transport.connect();
    await transport.declareExchanges();
    const lane = newLane();
    await transport.declareQueue(lane.spec);
    return { transport, lane };
  }

  it('lets a publisher wait until a consumer makes room, and keeps the order', async () => {
    const { transport, lane } = await smallQueue();
    expect(await transport.publish(Array.from({ length: 4 }, () => lane.message(kilobyte)))).toEqual(Array(4).fill('confirmed'));
    let isDone = false;
    const waiting = transport.publish([lane.message('5'), lane.message('6')]).then((outcomes) => {
      isDone = true;
      return outcomes;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    const inbox = new Inbox();
    await inbox.consume(transport, lane.spec.name);
    expect(await waiting).toEqual(['confirmed', 'confirmed']);
    await inbox.count(6);
    expect(inbox.texts.slice(4)).toEqual(['5', '6']);
  });

  it('gives up after the confirm time-out, and then has not sent it', async () => {
    const { transport, lane } = await smallQueue(20);
    await transport.publish(Array.from({ length: 4 }, () => lane.message(kilobyte)));
    expect(await transport.publish([lane.message('late')])).toEqual(['unconfirmed']);
    const inbox = new Inbox();
    await inbox.consume(transport, lane.spec.name);
    await inbox.count(4);
    expect(await transport.publish([lane.message('next')])).toEqual(['confirmed']);
    await inbox.count(5);
    expect(inbox.texts.at(-1)).toBe('next');
  });

  it('does not let a full queue hold up another', async () => {
    const { transport, lane } = await smallQueue();
    const other = newLane();
    await transport.declareQueue(other.spec);
    await transport.publish(Array.from({ length: 4 }, () => lane.message(kilobyte)));
    const stuck = transport.publish([lane.message('stuck')]);
    expect(await transport.publish([other.message('free')])).toEqual(['confirmed']);
    transport.loseConnection();
    expect(await stuck).toEqual(['unconfirmed']);
  });
});

describe('an exchange', () => {
  it('is known to be unbound until a queue is bound, and again when that is gone', async () => {
    const transport = new MemoryTransport();
    await transport.connect();
    await transport.declareExchanges();
    const spec = { ...controlQueueSpec('a'), bindings: [{ exchange: exchanges.events, routingKey: 'order.*' }] };
    expect(transport.isUnbound(exchanges.events)).toBe(true);
    await transport.declareQueue(spec);
    expect(transport.isUnbound(exchanges.events)).toBe(false);
    await transport.deleteQueue(spec.name);
    expect(transport.isUnbound(exchanges.events)).toBe(true);
    expect(transport.isUnbound('of.others')).toBe(false);
  });
});

describe('topicMatches', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.#', 'a', true],
    ['a.#', 'a.b.c', true],
    ['#.c', 'a.b.c', true],
    ['#', '', true],
    ['*', 'a.b', false],
    ['a.#.d', 'a.b.c', false],
  ])('%s takes %s: %s', (pattern, key, expected) => {
    expect(topicMatches(pattern, key)).toBe(expected);
  });
});
