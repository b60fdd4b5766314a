import { AmqpTransport, type OutgoingMessage, stepQueueSpec } from '#libs/messaging';
import { percentile, type RabbitNode, until } from '#libs/testing';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';

/** An election takes seconds, and so does the way to another node. */
const confirmedAgainWithinMs = 30_000;
const confirmedLeast = 500;
const pausedWithinMs = 20_000;
const probeQueue = stepQueueSpec('faults', 'confirmed');

export const brokerMinority: Scenario = {
  id: 'F11',
  title: 'a node of RabbitMQ leaves its cluster',
  inject:
    'of three nodes each in turn is killed, and each is cut off from the two others, for 60 s each (10 s in the matrix), under load',
  mustHold: 'I8, I18: publishing goes on, no message that was confirmed is lost; who was connected to it goes on at another node',
  world: { brokers: 3 },
  floors: { faults: 4, interrupted: 20, restarted: ['broker'] },
  async run(run) {
    const { brokers } = run.world;
    const awayMs = run.scaled({ smoke: 5_000, matrix: 10_000, full: 60_000 });
    await using probe = await ConfirmProbe.open(run);
    await run.survives(() =>
      run.underLoad(async () => {
        for (const [turn, node] of brokers.entries()) {
          await run.inFlight(10);
          await run.fault(`kill -9 ${node.name}`, () => away(node, awayMs));
          run.restarted.add('broker');
          await run.inFlight(10);
          const next = brokers[(turn + 1) % brokers.length]!; // where those have gone who were connected to it
          await run.fault(`${next.name} cut off`, () => cutOff(next, brokers, awayMs));
        }
      }),
    );
    await probe.judge();
  },
};

async function away(node: RabbitNode, ms: number): Promise<void> {
  await node.kill();
  await pause(ms);
  await node.start();
}

async function cutOff(node: RabbitNode, all: readonly RabbitNode[], ms: number): Promise<void> {
  const others = all.filter((one) => one !== node);
  try {
    await node.partitionFrom(others);
    await until(async () => ((await node.isPaused()) ? true : undefined), pausedWithinMs);
    if (!(await node.isPaused())) throw new Error(`expected ${node.name} to be alone and to pause, but it did not`);
    await pause(ms);
  } finally {
    await node.healed(others);
  }
}

/** Publishes numbered messages, one after the other, into a quorum queue of its own that nobody reads, and keeps count of what was confirmed. */
class ConfirmProbe implements AsyncDisposable {
  private readonly confirmed: number[] = [];
  private readonly waits: number[] = [];
  private isOver = false;
  private readonly publishing: Promise<void>;

  private constructor(
    private readonly run: Run,
    private readonly transport: AmqpTransport,
  ) {
    this.publishing = this.publish();
  }

  static async open(run: Run): Promise<ConfirmProbe> {
    const { amqpUrl } = await run.world.links.serversOf('probe');
    const transport = new AmqpTransport({ url: amqpUrl });
    await transport.connect();
    await transport.declareExchanges();
    await transport.declareQueue(probeQueue);
    return new ConfirmProbe(run, transport);
  }

  async judge(): Promise<void> {
    this.isOver = true;
    await this.publishing;
    const { run, waits, confirmed } = this;
    const found = await this.readAll();
    const lost = confirmed.filter((number) => !found.has(number));
    run.check('confirmed', confirmed.length, [
      ...(confirmed.length < confirmedLeast
        ? [`expected at least ${confirmedLeast} confirmed messages, but there were ${confirmed.length}`]
        : []),
      ...(lost.length > 0 ? [`${lost.length} confirmed messages are not there: ${lost.slice(0, 5).join(', ')} …`] : []),
    ]);
    run.measure('messages confirmed', confirmed.length, '');
    run.measure('until a message is confirmed p99', percentile(waits, 0.99), 'ms');
    run.measure('until a message is confirmed, longest', Math.max(0, ...waits), 'ms', confirmedAgainWithinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isOver = true;
    await this.publishing;
    await this.transport.close();
  }

  /** Numbers of all messages that are in its queue, which is gone afterwards. */
  private async readAll(): Promise<Set<number>> {
    const { transport } = this;
    const found = new Set<number>();
    const [last] = this.confirmed.slice(-1);
    await until(() => (transport.state === 'connected' ? true : undefined), confirmedAgainWithinMs);
    const consumer = await transport.consume(probeQueue.name, {
      prefetch: 10_000,
      onDelivery: (delivery) => {
        found.add(Number(delivery.content.toString()));
        delivery.settle('ack');
      },
    });
    await until(() => (last === undefined || found.size >= this.confirmed.length ? true : undefined), confirmedAgainWithinMs);
    await consumer.close();
    await transport.deleteQueue(probeQueue.name);
    return found;
  }

  private async publish(): Promise<void> {
    const [{ exchange, routingKey }] = probeQueue.bindings as [{ exchange: string; routingKey: string }];
    for (let number = 0; !this.isOver; number += 1) {
      const message: OutgoingMessage = { exchange, routingKey, content: Buffer.from(String(number)), mandatory: true };
      const since = performance.now(); // of the first try, whatever comes in between
      let isConfirmed = false;
      while (!isConfirmed && !this.isOver) {
        const [outcome] = await this.transport.publish([message]).catch(() => []);
        isConfirmed = outcome === 'confirmed';
        if (!isConfirmed) await pause(20);
      }
      if (isConfirmed) this.confirmed.push(number);
      this.waits.push(performance.now() - since); // the last one, too, for which nobody waits any more
      await pause(20);
    }
  }
}
