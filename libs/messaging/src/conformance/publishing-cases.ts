import { exchanges } from '#libs/contracts';
import { MessageTooLargeError } from '../errors.js';
import type { OutgoingMessage } from '../transport.js';
import { type Bench, Inbox, newLane, untilDepth } from './world.js';

export function publishingCases(bench: () => Bench): void {
  describe('publishing', () => {
    it('confirms what a queue took, with all its properties', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const sent = lane.message('{"a":1}', {
        messageId: 'm-1',
        correlationId: 'c-1',
        replyTo: 'somewhere',
        type: 'step',
        contentType: 'text/plain',
        headers: { traceparent: '00-1', n: 3 },
      });

      expect(await transport.publish([sent])).toEqual(['confirmed']);

      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name);
      await inbox.count(1);
      const [got] = inbox.deliveries;
      expect(got).toMatchObject({
        queue: lane.spec.name,
        exchange: exchanges.steps,
        routingKey: sent.routingKey,
        redelivered: false,
      });
      expect(got).toMatchObject({ messageId: 'm-1', correlationId: 'c-1', replyTo: 'somewhere', type: 'step' });
      expect(got?.headers).toMatchObject({ traceparent: '00-1', n: 3 });
      expect(got?.contentType).toBe('text/plain');
      expect(got?.content.toString()).toBe('{"a":1}');
    });

    it('says of each message of a mixed batch what became of it, in order', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const unroutable = lane.message('x', { routingKey: 'default.nobody' });
      const batch: OutgoingMessage[] = [];
      for (let i = 0; i < 50; i += 1) batch.push(lane.message(String(i)), unroutable, { ...unroutable, mandatory: false });

      const outcomes = await transport.publish(batch);

      expect(outcomes.filter((_, i) => i % 3 === 0)).toEqual(Array(50).fill('confirmed'));
      expect(outcomes.filter((_, i) => i % 3 === 1)).toEqual(Array(50).fill('returned'));
      expect(outcomes.filter((_, i) => i % 3 === 2)).toEqual(Array(50).fill('confirmed'));
      await untilDepth(transport, lane.spec.name, { ready: 50 });
    });

    it('leaves the outcome open when there is no such exchange, and goes on with the others', async () => {
      const transport = await bench().connected({ confirmTimeoutMs: 3_000 });
      const lane = newLane();
      await transport.declareQueue(lane.spec);

      const [foreign, own] = await Promise.all([
        transport.publish([lane.message('x', { exchange: 'nowhere.at-all' })]),
        transport.publish([lane.message('y')]),
      ]);

      expect(foreign).toEqual(['unconfirmed']);
      expect(own).toEqual(['confirmed']);
      expect(await transport.publish([lane.message('z')])).toEqual(['confirmed']);
    });

    it('reaches a queue by its name through the default exchange', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      await transport.declareQueue({ ...lane.spec, bindings: [] });
      const direct: OutgoingMessage = { exchange: '', routingKey: lane.spec.name, content: Buffer.from('x'), mandatory: true };
      expect(await transport.publish([direct, { ...direct, routingKey: 'nobody-here' }])).toEqual(['confirmed', 'returned']);
    });

    it('refuses a message no broker takes, before anything is sent', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const batch = [lane.message('small'), lane.message(Buffer.alloc(17 * 1024 * 1024))];
      await expect(transport.publish(batch)).rejects.toThrow(MessageTooLargeError);
      await untilDepth(transport, lane.spec.name, { ready: 0 });
    });

    it('knows nothing about messages given to it while disconnected', async () => {
      const never = bench().world.create();
      expect(await never.publish([newLane().message('x')])).toEqual(['unconfirmed']);
      await never.close();
      expect(await never.publish([newLane().message('x')])).toEqual(['unconfirmed']);
    });

    it('accounts for each of 20,000 messages sent at once', async () => {
      const transport = await bench().connected({ confirmTimeoutMs: 60_000 });
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name, {
        prefetch: 500,
        onDelivery: (delivery) => {
          inbox.take(delivery);
          delivery.settle('ack');
        },
      });
      const batches = Array.from({ length: 100 }, (_, b) =>
        Array.from({ length: 200 }, (__, i) => lane.message(String(b * 200 + i))),
      );

      const outcomes = (await Promise.all(batches.map((batch) => transport.publish(batch)))).flat();

      expect(new Set(outcomes)).toEqual(new Set(['confirmed']));
      await inbox.until(() => inbox.deliveries.length >= 20_000, '20,000 deliveries', 60_000);
      expect(inbox.texts).toEqual(Array.from({ length: 20_000 }, (_, i) => String(i)));
    }, 90_000);

    it('waits for the outstanding ones before it closes', async () => {
      const transport = await bench().connected();
      const other = await bench().connected();
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const outcomes = transport.publish(Array.from({ length: 500 }, (_, i) => lane.message(String(i))));
      await transport.close();
      expect(await outcomes).toEqual(Array(500).fill('confirmed'));
      await untilDepth(other, lane.spec.name, { ready: 500 });
    });
  });
}
