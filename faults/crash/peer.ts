import { type Channel, type ChannelModel, connect } from 'amqplib';

/** Another system at the broker: publishes, hears replies, and takes queues away. */
export class Peer implements AsyncDisposable {
  /** `message_id`s of commands that were answered, with the type of the answer. */
  readonly answered = new Map<string, string>();

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: Channel,
    private readonly replies: string,
  ) {}

  static async open(url: string): Promise<Peer> {
    const connection = await connect(url);
    connection.on('error', () => undefined);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const peer = new Peer(connection, channel, queue);
    await channel.consume(
      queue,
      (reply) => reply && peer.answered.set(String(reply.properties.correlationId), String(reply.properties.type)),
      { noAck: true },
    );
    return peer;
  }

  publish(exchange: string, routingKey: string, content: string, messageId?: string): void {
    this.channel.publish(exchange, routingKey, Buffer.from(content), {
      contentType: 'application/json',
      persistent: true,
      ...(messageId !== undefined && { messageId, correlationId: messageId, replyTo: this.replies }),
    });
  }

  async exchange(name: string): Promise<void> {
    await this.channel.assertExchange(name, 'topic', { durable: true });
  }

  /** With everything that is in it. */
  async deleteQueue(name: string): Promise<void> {
    await this.channel.deleteQueue(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close().catch(() => undefined);
  }
}
