import { randomUUID } from 'node:crypto';
import { exchanges } from '#libs/contracts';
import { QueueLockedError } from '../errors.js';
import { controlQueueSpec, liveHeadsQueueSpec, liveQueueSpec, partitionQueueSpec, workerQueueSpec } from '../topology.js';
import type { OutgoingMessage } from '../transport.js';
import { type Bench, Inbox, newLane, untilDepth } from './world.js';

const to = (exchange: string, routingKey: string, text: string): OutgoingMessage => ({
  exchange,
  routingKey,
  content: Buffer.from(text),
  persistent: false,
});

/** A topology number of its own for one test. */
const newTopology = (): number => 1_000_000 + Math.floor(Math.random() * 1_000_000_000);

export function queueCases(bench: () => Bench): void {
  describe('queues', () => {
    it('tells whether a queue is new, and how much is in it', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      expect(await transport.queueDepth(lane.spec.name)).toBeUndefined();
      expect(await transport.declareQueue(lane.spec)).toBe(true);
      expect(await transport.declareQueue(lane.spec)).toBe(false);
      await transport.publish([lane.message('1'), lane.message('2')]);
      await untilDepth(transport, lane.spec.name, { ready: 2, consumers: 0 });
      await transport.deleteQueue(lane.spec.name);
      await transport.deleteQueue(lane.spec.name);
      expect(await transport.queueDepth(lane.spec.name)).toBeUndefined();
      expect(await transport.publish([lane.message('3')])).toEqual(['returned']);
    });

    it('tells whether there is an exchange, and goes on when there is none', async () => {
      const transport = await bench().connected();
      for (const name of [exchanges.events, '']) expect(await transport.hasExchange(name)).toBe(true);
      expect(await transport.hasExchange(`nobody.${randomUUID()}`)).toBe(false);
      expect(await transport.hasExchange(exchanges.commands)).toBe(true);
    });

    it('takes one binding away and leaves the others', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      const [kept, taken] = [lane.spec.bindings[0]!, { exchange: exchanges.events, routingKey: `gone.${randomUUID()}` }];
      await transport.declareQueue({ ...lane.spec, bindings: [kept, taken] });
      for (let time = 0; time < 2; time += 1) await transport.unbindQueue(lane.spec.name, taken.exchange, taken.routingKey);
      await transport.unbindQueue(lane.spec.name, `nobody.${randomUUID()}`, 'x');
      const message = { ...to(taken.exchange, taken.routingKey, '1'), mandatory: true };
      expect(await transport.publish([message, lane.message('2')])).toEqual(['returned', 'confirmed']);
    });

    it('tells a consumer that its queue is gone, and others nothing', async () => {
      const transport = await bench().connected();
      const [doomed, spared] = [newLane(), newLane()];
      const [inbox, other] = [new Inbox(), new Inbox()];
      for (const lane of [doomed, spared]) await transport.declareQueue(lane.spec);
      await inbox.consume(transport, doomed.spec.name);
      await other.consume(transport, spared.spec.name);
      await transport.publish([doomed.message('1')]);
      await inbox.count(1);

      await transport.deleteQueue(doomed.spec.name);
      await inbox.until(() => inbox.losses.length > 0, 'the loss');

      inbox.deliveries[0]?.settle('ack');
      expect(inbox.losses).toEqual(['queueGone']);
      await transport.publish([spared.message('2')]);
      await other.count(1);
      expect(other.losses).toEqual([]);
      expect(transport.state).toBe('connected');
    });

    it('lets one consumer at a time have a partition, and hands it over in order', async () => {
      const spec = partitionQueueSpec(newTopology(), 0);
      const [first, second] = [await bench().connected(), await bench().connected()];
      await first.declareQueue({ ...spec, bindings: [] });
      const send = (text: string): Promise<unknown> => first.publish([to('', spec.name, text)]);
      const [one, two] = [new Inbox(), new Inbox()];
      const consumer = await one.consume(first, spec.name, { restore: false });
      await two.consume(second, spec.name, { restore: false });
      for (const text of ['1', '2', '3']) await send(text);
      await one.count(3);
      expect(two.deliveries).toEqual([]);
      one.deliveries[0]?.settle('ack');

      await consumer.close();

      await two.count(2);
      await send('4');
      await two.count(3);
      expect(two.texts).toEqual(['2', '3', '4']);
      expect(one.deliveries).toHaveLength(3);
      await first.deleteQueue(spec.name);
    });

    it('keeps an exclusive queue to its connection and takes it away with it', async () => {
      const [mine, other] = [await bench().connected(), await bench().connected()];
      const spec = workerQueueSpec(randomUUID());
      expect(await mine.declareQueue(spec)).toBe(true);
      await new Inbox().consume(mine, spec.name);
      await expect(other.declareQueue(spec)).rejects.toThrow(QueueLockedError);
      await expect(new Inbox().consume(other, spec.name)).rejects.toThrow(QueueLockedError);
      const answer: OutgoingMessage = { ...to('', spec.name, 'granted'), mandatory: true };
      expect(await other.publish([answer])).toEqual(['confirmed']);
      await mine.close();
      expect(await other.publish([answer])).toEqual(['returned']);
    });

    it('drops the oldest of a bounded queue', async () => {
      const transport = await bench().connected();
      const spec = { ...liveQueueSpec(randomUUID()), maxLength: 3 };
      await transport.declareQueue(spec);
      const batch = ['1', '2', '3', '4', '5'].map((text) => to(exchanges.live, 'ends', text));
      expect(await transport.publish(batch)).toEqual(Array(5).fill('confirmed'));
      const inbox = new Inbox();
      await inbox.consume(transport, spec.name);
      await inbox.count(3);
      expect(inbox.texts).toEqual(['3', '4', '5']);
    });

    it('routes by topic, and fans out', async () => {
      const transport = await bench().connected();
      const heads = liveHeadsQueueSpec(randomUUID());
      const control = [controlQueueSpec(randomUUID()), controlQueueSpec(randomUUID())];
      for (const spec of [heads, ...control]) await transport.declareQueue(spec);
      await transport.publish([
        to(exchanges.live, 'queues', 'q'),
        to(exchanges.live, 'heads.order.process', 'h'),
        to(exchanges.control, 'any', 'c'),
      ]);
      const [inbox, ...announced] = [new Inbox(), new Inbox(), new Inbox()];
      await inbox.consume(transport, heads.name);
      await inbox.count(1);
      expect(inbox.texts).toEqual(['h']);
      for (const [at, spec] of control.entries()) {
        await announced[at]?.consume(transport, spec.name);
        await announced[at]?.count(1);
        expect(announced[at]?.texts).toEqual(['c']);
      }
    });
  });
}
