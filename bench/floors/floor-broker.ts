import { type Channel, type ChannelModel, type ConfirmChannel, connect, type ConsumeMessage } from 'amqplib';

export const names = { steps: 'bench.floor.steps', owner: 'bench.floor.owner', answers: 'bench.floor.answers' } as const;

/** A command and a completion with the fields of the product's, so that as many bytes travel. */
export interface FloorCommand {
  readonly instanceId: string;
  readonly token: number;
  readonly path: string;
}
export type FloorItem = FloorCommand & { readonly kind: 'completed' | 'hint' };

/** One connection with a channel that publishes with confirms and one that consumes. */
export class FloorBroker implements AsyncDisposable {
  private constructor(
    private readonly link: ChannelModel,
    private readonly publishing: ConfirmChannel,
    private readonly consuming: Channel,
    private readonly persistent: boolean,
  ) {}

  static async open(url: string, isDurable: boolean): Promise<FloorBroker> {
    const link = await connect(url, { noDelay: true });
    const broker = new FloorBroker(link, await link.createConfirmChannel(), await link.createChannel(), isDurable);
    for (const queue of [names.steps, names.owner])
      await broker.consuming.assertQueue(queue, {
        durable: true,
        arguments: { 'x-queue-type': isDurable ? 'quorum' : 'classic' },
      });
    await broker.consuming.assertQueue(names.answers, { durable: false });
    return broker;
  }

  /** Resolves when the broker has it. */
  publish(queue: string, body: object, persistent = this.persistent): Promise<void> {
    const content = Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const options = { persistent, contentType: 'application/json' };
      this.publishing.publish('', queue, content, options, (error) => (error ? reject(error as Error) : resolve()));
    });
  }

  async consume(queue: string, prefetch: number, take: (message: ConsumeMessage) => void, noAck = false): Promise<void> {
    await this.consuming.prefetch(prefetch);
    await this.consuming.consume(queue, (message) => message && take(message), { noAck });
  }

  ack(message: ConsumeMessage): void {
    this.consuming.ack(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link.close();
  }
}

export const bodyOf = <T>(message: ConsumeMessage): T => JSON.parse(message.content.toString()) as T;
