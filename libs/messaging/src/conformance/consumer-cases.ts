import { setImmediate as turn } from 'node:timers/promises';
import { deadLetterQueue } from '#libs/contracts';
import { QueueMissingError } from '../errors.js';
import type { Transport } from '../transport.js';
import { type Bench, Inbox, newLane, untilDepth } from './world.js';

export function consumerCases(bench: () => Bench): void {
  describe('consuming', () => {
    let transport: Transport;
    let lane: ReturnType<typeof newLane>;
    beforeEach(async () => {
      transport = await bench().connected();
      lane = newLane();
      await transport.declareQueue(lane.spec);
    });

    const send = (...texts: string[]): Promise<unknown> => transport.publish(texts.map((text) => lane.message(text)));

    it('delivers in the order of publication', async () => {
      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name);
      for (let i = 0; i < 5; i += 1) await send(...Array.from({ length: 20 }, (_, k) => String(i * 20 + k)));
      await inbox.count(100);
      expect(inbox.texts).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
    });

    it('holds back what is beyond the prefetch until something is settled', async () => {
      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name, { prefetch: 3 });
      await send('1', '2', '3', '4', '5');
      await inbox.count(3);
      await untilDepth(transport, lane.spec.name, { ready: 2 });
      expect(inbox.texts).toEqual(['1', '2', '3']);

      inbox.deliveries[1]?.settle('ack');

      await inbox.count(4);
      await untilDepth(transport, lane.spec.name, { ready: 1 });
      expect(inbox.texts).toEqual(['1', '2', '3', '4']);
    });

    it('takes a new prefetch at run time', async () => {
      const inbox = new Inbox();
      const consumer = await inbox.consume(transport, lane.spec.name, { prefetch: 1 });
      await send('1', '2', '3', '4', '5', '6');
      await inbox.count(1);
      inbox.deliveries[0]?.settle('ack');
      await inbox.count(2);
      inbox.deliveries[1]?.settle('ack');
      await inbox.count(3);
      await consumer.setPrefetch(50);
      await inbox.count(6);
      for (const delivery of inbox.deliveries) delivery.settle('ack');
      await consumer.close();
      await untilDepth(transport, lane.spec.name, { ready: 0, consumers: 0 });
    });

    it('settles a delivery once; what comes later is ignored', async () => {
      const inbox = new Inbox();
      const consumer = await inbox.consume(transport, lane.spec.name);
      await send('1', '2');
      await inbox.count(2);
      inbox.deliveries[0]?.settle('ack');
      inbox.deliveries[0]?.settle('requeue');
      inbox.deliveries[0]?.settle('deadLetter');
      await consumer.close();
      inbox.deliveries[1]?.settle('ack');
      const next = new Inbox();
      await next.consume(transport, lane.spec.name);
      await next.count(1);
      await turn();
      expect(next.texts).toEqual(['2']);
    });

    it('settles deliveries in any order without losing or repeating one', async () => {
      const inbox = new Inbox();
      const consumer = await inbox.consume(transport, lane.spec.name);
      await send(...Array.from({ length: 30 }, (_, i) => String(i)));
      await inbox.count(30);
      const kept = new Set([3, 4, 11, 29]);
      for (const at of [7, 1, 0, 5, 2]) inbox.deliveries[at]?.settle('ack');
      await turn();
      for (const [at, delivery] of [...inbox.deliveries.entries()].reverse()) if (!kept.has(at)) delivery.settle('ack');
      await consumer.close();
      const next = new Inbox();
      await next.consume(transport, lane.spec.name);
      await next.count(4);
      expect(next.texts).toEqual(['3', '4', '11', '29']);
      expect(next.deliveries.every((delivery) => delivery.redelivered)).toBe(true);
    });

    it('delivers again what was requeued, marked as redelivered, near the head', async () => {
      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name, { prefetch: 1 });
      await send('1', '2', '3');
      await inbox.count(1);
      inbox.deliveries[0]?.settle('requeue');
      await inbox.count(2);
      expect(inbox.deliveries[1]).toMatchObject({ redelivered: true });
      expect(inbox.texts).toEqual(['1', '1']);
    });

    it('gives everything unsettled back when a consumer closes', async () => {
      const inbox = new Inbox();
      const consumer = await inbox.consume(transport, lane.spec.name);
      await send('1', '2', '3');
      await inbox.count(3);
      inbox.deliveries[0]?.settle('ack');
      await consumer.close();
      await untilDepth(transport, lane.spec.name, { ready: 2, consumers: 0 });
    });

    it('delivers nothing after cancel, but still takes settlements', async () => {
      const inbox = new Inbox();
      const consumer = await inbox.consume(transport, lane.spec.name);
      await send('1', '2');
      await inbox.count(2);
      await consumer.cancel();
      await send('3');
      inbox.deliveries[0]?.settle('ack');
      await consumer.close();
      await untilDepth(transport, lane.spec.name, { ready: 2 });
      expect(inbox.texts).toEqual(['1', '2']);
    });

    it('shares the work between competing consumers', async () => {
      const [one, two] = [new Inbox(), new Inbox()];
      const other = await bench().connected();
      await one.consume(transport, lane.spec.name, { prefetch: 1 });
      await two.consume(other, lane.spec.name, { prefetch: 1 });
      await send('1', '2');
      await Promise.all([one.count(1), two.count(1)]);
      expect([...one.texts, ...two.texts].sort()).toEqual(['1', '2']);
    });

    it('puts what nobody can use among the dead letters, with where it came from', async () => {
      const dead = new Inbox();
      const deadConsumer = await dead.consume(transport, deadLetterQueue);
      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name);
      await transport.publish([lane.message('not json', { messageId: lane.spec.name })]);
      await inbox.count(1);
      inbox.deliveries[0]?.settle('deadLetter');
      const mine = (): boolean => dead.deliveries.some((delivery) => delivery.messageId === lane.spec.name);
      await dead.until(mine, 'the dead letter');
      const letter = dead.deliveries.find((delivery) => delivery.messageId === lane.spec.name);
      expect(letter?.content.toString()).toBe('not json');
      expect(letter?.headers).toMatchObject({ 'x-first-death-reason': 'rejected', 'x-first-death-queue': lane.spec.name });
      for (const delivery of dead.deliveries) delivery.settle('ack');
      await deadConsumer.close();
    });

    it('puts what pretends to have died before among the dead letters, too', async () => {
      const dead = new Inbox();
      const deadConsumer = await dead.consume(transport, deadLetterQueue);
      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name);
      const messageId = `${lane.spec.name} forged`;
      await transport.publish([lane.message('forged', { messageId, headers: { 'x-death': 'forged', n: 1 } })]);
      await inbox.count(1);
      inbox.deliveries[0]?.settle('deadLetter');
      const mine = (): boolean => dead.deliveries.some((delivery) => delivery.messageId === messageId);
      await dead.until(mine, 'the dead letter');
      const letter = dead.deliveries.find((delivery) => delivery.messageId === messageId);
      expect(letter?.headers).toMatchObject({ n: 1, 'x-first-death-queue': lane.spec.name });
      await untilDepth(transport, lane.spec.name, { ready: 0 });
      for (const delivery of dead.deliveries) delivery.settle('ack');
      await deadConsumer.close();
    });

    it('goes on when a handler throws; the message becomes a dead letter', async () => {
      const inbox = new Inbox();
      let isFirst = true;
      await inbox.consume(transport, lane.spec.name, {
        prefetch: 1,
        onDelivery: (delivery) => {
          if (isFirst) {
            isFirst = false;
            throw new Error('a bug of the handler');
          }
          inbox.take(delivery);
        },
      });
      await send('1', '2');
      await inbox.count(1);
      expect(inbox.texts).toEqual(['2']);
    });

    it('refuses to consume a queue that does not exist', async () => {
      await expect(new Inbox().consume(transport, 'orquestra.steps.none')).rejects.toThrow(QueueMissingError);
    });
  });
}
