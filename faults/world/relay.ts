import amqp from 'amqplib';
import { exchanges, partitionKey, partitionQueue } from '#libs/contracts';
import type { Random } from '../random.js';

export interface RelayPlan {
  /** Shares of messages, in [0, 1]. */
  readonly twice: number;
  readonly late: number;
  readonly swapped: number;
  /** The latest, ms. */
  readonly mostLateMs: number;
}

const queue = 'faults.relay';
const topology = 1;

/**
 * Stands between the workers and the partitions: takes every message to a partition, and passes it on once, twice, late, or after the one that
 * came behind it. It acknowledges only what has been passed on and confirmed, so nothing is lost in it.
 */
export class Relay implements AsyncDisposable {
  readonly counts = { passed: 0, twice: 0, late: 0, swapped: 0 };
  private readonly pending = new Set<Promise<void>>();
  private held: amqp.ConsumeMessage | undefined;

  private constructor(
    private readonly connection: amqp.ChannelModel,
    private readonly channel: amqp.ConfirmChannel,
    private readonly partitions: number,
    private readonly random: Random,
    private readonly plan: RelayPlan,
  ) {}

  /** From now on everything goes through it. @param partitions how many the product has */
  static async open(url: string, partitions: number, random: Random, plan: RelayPlan): Promise<Relay> {
    const connection = await amqp.connect(url);
    const channel = await connection.createConfirmChannel();
    const relay = new Relay(connection, channel, partitions, random, plan);
    await channel.assertQueue(queue, { durable: true });
    await channel.prefetch(2_000);
    await channel.consume(queue, (message) => message !== null && relay.take(message));
    for (const n of relay.numbers()) {
      await channel.bindQueue(queue, exchanges.partitions, partitionKey(n)); // first: for a moment both get it, which is a repetition
      await channel.unbindQueue(partitionQueue(topology, n), exchanges.partitions, partitionKey(n));
    }
    return relay;
  }

  /** Everything goes directly again, and what was held back has arrived. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const n of this.numbers()) {
      await this.channel.bindQueue(partitionQueue(topology, n), exchanges.partitions, partitionKey(n));
      await this.channel.unbindQueue(queue, exchanges.partitions, partitionKey(n));
    }
    while ((await this.channel.checkQueue(queue)).messageCount > 0) await new Promise((resolve) => setTimeout(resolve, 50)); // the broker does not tell
    this.release();
    while (this.pending.size > 0) await Promise.all(this.pending);
    await this.channel.deleteQueue(queue);
    await this.connection.close();
  }

  private numbers(): number[] {
    return Array.from({ length: this.partitions }, (_, n) => n);
  }

  private take(message: amqp.ConsumeMessage): void {
    const { twice, late, swapped, mostLateMs } = this.plan;
    const draw = this.random.next();
    const lateMs = this.random.between(0, mostLateMs);
    if (draw < twice) {
      this.counts.twice += 1;
      this.pass(message, 0);
      this.pass(message, lateMs, false);
    } else if (draw < twice + late) {
      this.counts.late += 1;
      this.pass(message, lateMs);
    } else if (draw < twice + late + swapped && this.held === undefined) {
      this.counts.swapped += 1;
      this.held = message;
      return;
    } else this.pass(message, 0);
    this.release();
  }

  /** The one that lets others go first, after one has. */
  private release(): void {
    if (this.held !== undefined) this.pass(this.held, 0);
    this.held = undefined;
  }

  /** @param isLast false for a copy: the message is acknowledged with the other one */
  private pass(message: amqp.ConsumeMessage, afterMs: number, isLast = true): void {
    const passing = (async () => {
      if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
      const partition = Number(message.fields.routingKey.slice(partitionKey(0).length - 1));
      await new Promise<void>((resolve, reject) =>
        this.channel.sendToQueue(
          partitionQueue(topology, partition),
          message.content,
          { ...message.properties, persistent: true },
          (error) => (error ? reject(error as Error) : resolve()),
        ),
      );
      if (isLast) this.channel.ack(message);
      this.counts.passed += 1;
    })();
    this.pending.add(passing);
    void passing.finally(() => this.pending.delete(passing));
  }
}
