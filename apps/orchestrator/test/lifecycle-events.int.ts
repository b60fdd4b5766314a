import { jest } from '@jest/globals';
import { exchanges, lifecycleEventSchema } from '#libs/contracts';
import type { Delivery, PublishOutcome } from '#libs/messaging';
import { FeedQueries, type FeedPosition } from '#libs/persistence';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';
import type { OrchestratorNode } from './bench/orchestrator-node.js';

jest.setTimeout(60_000);

const one = definitionOf('one', [{ id: 'a', type: 'task', task: 'work' }]);

describe('lifecycle events', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open({ partitions: 2 });
    await bench.register(one);
  });
  afterEach(() => bench.close());

  /** A queue of a subscriber, and what has come to it. */
  async function subscriber(name: string, options: { maxLength?: number; acks?: boolean } = {}) {
    const { maxLength, acks = true } = options;
    const queue = `subscriber.${name}`;
    const spec = { name: queue, life: 'shared', bindings: [{ exchange: exchanges.events, routingKey: '#' }] } as const;
    await bench.transport.declareQueue({ ...spec, ...(maxLength !== undefined && { maxLength }) });
    const came: string[] = [];
    const watchers = new Set<() => void>();
    const onDelivery = (delivery: Delivery): void => {
      came.push(delivery.messageId!);
      lifecycleEventSchema.parse(JSON.parse(delivery.content.toString()));
      if (acks) delivery.settle('ack');
      for (const look of watchers) look();
    };
    await bench.transport.consume(queue, { prefetch: acks ? 100 : 1, onDelivery });
    const until = async (isThere: () => boolean): Promise<void> => {
      if (isThere()) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => (isThere() ? resolve() : undefined);
      watchers.add(look);
      await promise;
    };
    return { came, until };
  }

  /** From now on events of this orchestrator are not confirmed, until the returned function is called. */
  function refuseEvents(node: OrchestratorNode): { stop: () => void; refused: Promise<void> } {
    const publish = node.transport.publish.bind(node.transport);
    const { promise, resolve } = Promise.withResolvers<void>();
    let isRefusing = true;
    node.transport.publish = (messages) => {
      if (!isRefusing || messages[0]?.exchange !== exchanges.events) return publish(messages);
      resolve();
      return Promise.resolve(messages.map((): PublishOutcome => 'unconfirmed'));
    };
    return { stop: () => (isRefusing = false), refused: promise };
  }

  it('that are not confirmed are sent again, and steps do not wait for them', async () => {
    const reader = await subscriber('reader');
    const node = await bench.node('one');
    await bench.worker(() => ({}));
    const fault = refuseEvents(node);
    const id = await bench.start('one');
    await bench.end(id);
    expect(reader.came).toEqual([]);
    fault.stop();
    await reader.until(() => new Set(reader.came).size === 2);
    expect(new Set(reader.came.map((messageId) => messageId.split('/')[0]))).toEqual(new Set([id]));
  });

  it('that are not confirmed are sent by the next owner', async () => {
    const reader = await subscriber('reader');
    const dead = await bench.node('dead');
    await bench.worker(() => ({}));
    refuseEvents(dead);
    await bench.end(await bench.start('one'));
    for (;;) {
      const rows = await bench.rows<{ token: number }>('SELECT token FROM workflow_unsent WHERE is_event');
      if (rows.length === 2) break;
      await new Promise((resolve) => setTimeout(resolve, 20)); // nothing tells a test what another connection has written
    }
    await dead.kill();
    await bench.expireLeases();
    await bench.node('heir');
    await reader.until(() => new Set(reader.came).size === 2);
  });

  it('reach every subscriber, however slow another is', async () => {
    const stuck = await subscriber('stuck', { acks: false });
    const bounded = await subscriber('bounded', { acks: false, maxLength: 5 });
    const reader = await subscriber('reader');
    await bench.node('one');
    await bench.worker(() => ({}), undefined, 500);
    const ids = await bench.startMany('one', 300);
    for (const id of ids) await bench.end(id);
    await reader.until(() => new Set(reader.came).size === 600);
    expect([stuck.came.length, bounded.came.length]).toEqual([1, 1]);
  });

  it('stand in the feed exactly once and in order, while owners are killed', async () => {
    const feed = new FeedQueries(bench.pool);
    const seen: string[] = [];
    const places = new Map<number, FeedPosition>();
    for (const partition of [0, 1]) places.set(partition, await feed.start(1, partition));
    let isOver = false;
    const follow = async (): Promise<void> => {
      for (let wasLast = false; !wasLast;) {
        wasLast = isOver;
        for (const [partition, from] of places) {
          for (let at = from, isEnd = false; !isEnd;) {
            const page = await feed.read(at, { partition, limit: 7 });
            seen.push(...page.rows.map(({ instance, seq }) => `${instance}/${seq}`));
            ({ next: at, isEnd } = page);
            places.set(partition, at);
          }
        }
      }
    };
    await bench.worker(() => ({}), undefined, 500);
    let owner = await bench.node('owner-0');
    const following = follow();
    const ids = [];
    for (let round = 1; round <= 3; round += 1) {
      const begun = await bench.startMany('one', 100);
      ids.push(...begun);
      await bench.end(begun[0]!); // amid the work on the others
      await owner.kill();
      await bench.expireLeases();
      owner = await bench.node(`owner-${round}`);
    }
    for (const id of ids) await bench.end(id);
    isOver = true;
    await following;
    const expected = await bench.rows<{ id: string }>(
      `SELECT instance_id || '/' || seq AS id FROM workflow_events WHERE type IN ('instanceStarted', 'instanceCompleted')`,
    );
    expect(expected).toHaveLength(600);
    expect([...seen].sort()).toEqual(expected.map(({ id }) => id).sort());
    const ofOne = Map.groupBy(seen, (id) => id.split('/')[0]!);
    for (const own of ofOne.values()) expect(Number(own[0]!.split('/')[1])).toBeLessThan(Number(own[1]!.split('/')[1]));
  });
});
