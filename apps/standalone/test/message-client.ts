import { Ajv, type ValidateFunction } from 'ajv';
import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';

interface Described {
  readonly payload: object;
  readonly headers?: object;
  readonly examples: readonly [{ readonly payload: unknown; readonly headers?: Readonly<Record<string, string>> }];
  readonly bindings?: { readonly amqp: { readonly messageType: string } };
}

interface DescribedChannel {
  readonly address: string | null;
  readonly messages: Readonly<Record<string, Described>>;
  readonly bindings?: { readonly amqp: { readonly exchange: { readonly name: string } } };
}

/** What is read of an AsyncAPI document here. */
export interface MessageContract {
  readonly channels: Readonly<Record<string, DescribedChannel>>;
  readonly operations: Readonly<
    Record<string, { readonly action: 'send' | 'receive'; readonly reply?: { readonly messages: readonly { $ref: string }[] } }>
  >;
  readonly components: object;
}

/** An event as it came, and which message of the contract it is. */
export interface ReceivedEvent {
  readonly name: string;
  readonly routingKey: string;
}

export interface Reply {
  readonly type: string | undefined;
  readonly body: unknown;
}

/** Another system: plain amqplib, and nothing of ours but the published document. */
export class MessageClient {
  private readonly waiting = new Map<string, (reply: Reply) => void>();
  private readonly ajv = new Ajv({ strict: false, validateFormats: false });
  private readonly validators = new Map<object, ValidateFunction>();
  private count = 0;

  private constructor(
    readonly contract: MessageContract,
    private readonly connection: ChannelModel,
    readonly channel: Channel,
    private readonly replyQueue: string,
  ) {}

  static async open(url: string, contract: MessageContract): Promise<MessageClient> {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const client = new MessageClient(contract, connection, channel, queue);
    await channel.consume(queue, (message) => message && client.take(message), { noAck: true });
    return client;
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** The example of a command, as the document has it. */
  exampleOf(operation: string): unknown {
    return Object.values(this.contract.channels[operation]!.messages)[0]!.examples[0].payload;
  }

  /** Publishes to the place that the document names, and resolves with the answer. */
  ask(operation: string, payload: unknown): Promise<Reply> {
    const { address, bindings } = this.contract.channels[operation]!;
    const correlationId = `c-${(this.count += 1)}`;
    const answered = new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`expected an answer to ${operation} within 15 s`)), 15_000);
      this.waiting.set(correlationId, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
    });
    const properties = {
      messageId: `m-${correlationId}`,
      correlationId,
      replyTo: this.replyQueue,
      contentType: 'application/json',
    };
    this.channel.publish(bindings!.amqp.exchange.name, address!, Buffer.from(JSON.stringify(payload)), properties);
    return answered;
  }

  /** Name of the answer among those that the document promises for the command; fails when it is none of them or does not fit. */
  nameOf(operation: string, { type, body }: Reply): string {
    const promised = (this.contract.operations[operation]!.reply?.messages ?? []).map(({ $ref }) => $ref.split('/').at(-1)!);
    const name = promised.find((each) => this.contract.channels['replies']!.messages[each]!.bindings!.amqp.messageType === type);
    if (name === undefined)
      throw new Error(`expected one of ${promised.join(', ')}, but was answered ${type}: ${JSON.stringify(body)}`);
    this.requireFit(this.contract.channels['replies']!.messages[name]!.payload, body);
    return name;
  }

  /** Everything that the platform tells from now on, held to the contract: headers and payload. */
  async listen(operation: string, onEvent: (event: ReceivedEvent) => void, onMisfit: (error: Error) => void): Promise<void> {
    const { bindings, messages } = this.contract.channels[operation]!;
    const { queue } = await this.channel.assertQueue('', { exclusive: true });
    await this.channel.bindQueue(queue, bindings!.amqp.exchange.name, '#');
    const take = ({ properties, fields, content }: ConsumeMessage): void => {
      const [name, described] =
        Object.entries(messages).find(([, each]) => each.bindings!.amqp.messageType === properties.type) ?? [];
      if (name === undefined || described === undefined)
        throw new Error(`expected a message of the contract, but was ${String(properties.type)}`);
      this.requireFit(described.payload, JSON.parse(content.toString()));
      this.requireFit(described.headers!, { ...properties.headers, message_id: properties.messageId, type: properties.type });
      onEvent({ name, routingKey: fields.routingKey });
    };
    await this.channel.consume(
      queue,
      (message) => {
        try {
          if (message !== null) take(message);
        } catch (error) {
          onMisfit(error as Error);
        }
      },
      { noAck: true },
    );
  }

  /** Publishes the example of a message that a trigger takes. */
  async publishExample(operation: string, exchange: string, routingKey: string): Promise<unknown> {
    const [{ payload, headers }] = Object.values(this.contract.channels[operation]!.messages)[0]!.examples;
    await this.channel.assertExchange(exchange, 'topic');
    this.channel.publish(exchange, routingKey, Buffer.from(JSON.stringify(payload)), { messageId: headers!['message_id'] });
    return payload;
  }

  /** @throws Error with what does not fit */
  requireFit(schema: object, value: unknown): void {
    const validate = this.validators.get(schema) ?? this.ajv.compile({ ...schema, components: this.contract.components });
    this.validators.set(schema, validate);
    if (!validate(value)) throw new Error(`${this.ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
  }

  private take({ properties, content }: ConsumeMessage): void {
    const { correlationId, type } = properties as { correlationId: string; type?: string };
    this.waiting.get(correlationId)?.({ type, body: JSON.parse(content.toString()) as unknown });
  }
}
