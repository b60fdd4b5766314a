import { AmqpTransport, type OutgoingMessage, stepQueueSpec } from '#libs/messaging';
import { percentile, type RabbitNode } from '#libs/testing';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';

/** An election takes seconds, and so does the way to another node. */
const confirmedAgainWithinMs = 30_000;

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
        for (const node of brokers) {
          await run.inFlight(10);
          await run.fault(`kill -9 ${node.name}`, () => away(node, awayMs));
          run.restarted.add('broker');
          await run.inFlight(10);
          await run.fault(`${node.name} cut off`, () => cutOff(node, brokers, awayMs));
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
  await node.partitionFrom(others);
  await pause(ms);
  await node.healed(others);
}

/** Publishes one message after the other into a quorum queue of its own, and keeps count of what was confirmed. */
class ConfirmProbe implements AsyncDisposable {
  private readonly spec = stepQueueSpec('faults', 'confirmed');
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
    await transport.declareQueue(stepQueueSpec('faults', 'confirmed'));
    return new ConfirmProbe(run, transport);
  }

  /** Nobody consumes what it sends: it is all there still. */
  async judge(): Promise<void> {
    this.isOver = true;
    await this.publishing;
    const { transport, run, waits } = this;
    const found = (await transport.queueDepth(this.spec.name))?.ready ?? 0;
    const lost = found < waits.length ? [`expected ${waits.length} confirmed messages, but found ${found}`] : [];
    run.check('confirmed', waits.length, lost);
    run.measure('messages confirmed', waits.length, '');
    run.measure('until a message is confirmed p99', percentile(waits, 0.99), 'ms');
    run.measure('until a message is confirmed, longest', Math.max(0, ...waits), 'ms', confirmedAgainWithinMs);
    await transport.deleteQueue(this.spec.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isOver = true;
    await this.publishing;
    await this.transport.close();
  }

  private async publish(): Promise<void> {
    const [{ exchange, routingKey }] = this.spec.bindings as [{ exchange: string; routingKey: string }];
    const message: OutgoingMessage = { exchange, routingKey, content: Buffer.from('{}'), mandatory: true };
    while (!this.isOver) {
      const since = performance.now(); // of the first try, whatever comes in between
      while (!this.isOver) {
        const [outcome] = await this.transport.publish([message]).catch(() => []);
        await pause(20);
        if (outcome !== 'confirmed') continue;
        this.waits.push(performance.now() - since - 20);
        break;
      }
    }
  }
}
