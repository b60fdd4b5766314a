import { randomUUID } from 'node:crypto';
import { exchanges } from '#libs/contracts';
import { TransportUnavailableError } from '../errors.js';
import { controlQueueSpec } from '../topology.js';
import { type Bench, Inbox, newLane, untilState, untilDepth } from './world.js';

export function lossCases(bench: () => Bench): void {
  describe('a lost connection', () => {
    it('is told, survived and counted; consumers and their prefetch are back', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const inbox = new Inbox();
      await inbox.consume(transport, lane.spec.name, { prefetch: 2 });
      await transport.publish(['1', '2', '3', '4', '5'].map((text) => lane.message(text)));
      await inbox.count(2);
      const states: string[] = [];
      transport.onState((state) => states.push(state));
      const before = transport.session;

      await bench().world.loseConnection(transport);
      await untilState(transport, () => transport.session > before && transport.state === 'connected', 'a reconnect');

      // deliveries of the dead connection can no longer be settled: a settle must not hit their successors
      for (const delivery of inbox.deliveries.slice(0, 2)) delivery.settle('ack');
      await inbox.count(4);
      expect(states[0]).toBe('disconnected');
      expect(inbox.losses).toEqual(['disconnected']);
      expect(inbox.texts).toEqual(['1', '2', '1', '2']);
      expect(inbox.deliveries.slice(2).every((delivery) => delivery.redelivered)).toBe(true);
      await untilDepth(transport, lane.spec.name, { ready: 3 });
      inbox.deliveries[2]?.settle('ack');
      await inbox.count(5);
      expect(inbox.texts.at(-1)).toBe('3');
      await untilDepth(transport, lane.spec.name, { ready: 2 });
    });

    it('ends a consumer that must not be restored', async () => {
      const transport = await bench().connected();
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const inbox = new Inbox();
      const consumer = await inbox.consume(transport, lane.spec.name, { restore: false });
      const before = transport.session;
      await bench().world.loseConnection(transport);
      await inbox.until(() => inbox.losses.length > 0, 'the loss');
      await untilState(transport, () => transport.session > before && transport.state === 'connected', 'a reconnect');
      await consumer.close();
      await transport.publish([lane.message('1')]);
      await untilDepth(transport, lane.spec.name, { ready: 1, consumers: 0 });
      expect(inbox.losses).toEqual(['disconnected']);
    });

    it('brings exclusive queues back with their bindings', async () => {
      const transport = await bench().connected();
      const spec = controlQueueSpec(randomUUID());
      await transport.declareQueue(spec);
      const inbox = new Inbox();
      await inbox.consume(transport, spec.name, { onRestored: inbox.restored });
      const before = transport.session;
      await bench().world.loseConnection(transport);
      await untilState(transport, () => transport.session > before && transport.state === 'connected', 'a reconnect');
      await inbox.until(() => inbox.restorations > 0, 'to be told that it consumes again');
      expect(inbox.restorations).toBe(1);
      const message = { exchange: exchanges.control, routingKey: '', content: Buffer.from('hello'), mandatory: true };
      expect(await transport.publish([message])).toEqual(['confirmed']);
      await inbox.count(1);
      expect(inbox.texts).toEqual(['hello']);
    });

    it('leaves the outcome of what was under way open, and loses nothing it confirmed', async () => {
      const transport = await bench().connected();
      const watcher = await bench().connected();
      const lane = newLane();
      await transport.declareQueue(lane.spec);
      const batches = Array.from({ length: 40 }, (_, b) => Array.from({ length: 50 }, (__, i) => lane.message(`${b}/${i}`)));
      const published = Promise.all(batches.map((batch) => transport.publish(batch)));
      await bench().world.loseConnection(transport);
      const outcomes = await published;

      const inbox = new Inbox();
      await inbox.consume(watcher, lane.spec.name, { prefetch: 5_000 });
      const confirmed = batches.flatMap((batch, b) =>
        batch.filter((_, i) => outcomes[b]?.[i] === 'confirmed').map((message) => message.content.toString()),
      );
      const arrived = (): boolean => {
        const texts = new Set(inbox.texts);
        return confirmed.every((text) => texts.has(text));
      };
      await inbox.until(arrived, `${confirmed.length} confirmed messages`);
      expect(outcomes.flat().every((outcome) => outcome === 'confirmed' || outcome === 'unconfirmed')).toBe(true);
    });

    it('refuses questions to the broker until it is back: silence is not absence', async () => {
      const never = bench().world.create();
      await expect(never.queueDepth('anything')).rejects.toThrow(TransportUnavailableError);
      await expect(never.declareQueue(newLane().spec)).rejects.toThrow(TransportUnavailableError);
      await expect(never.consume('anything', { prefetch: 1, onDelivery: () => undefined })).rejects.toThrow(
        TransportUnavailableError,
      );
      await never.close();
    });
  });
}
