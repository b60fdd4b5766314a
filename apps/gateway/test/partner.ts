import { commandsQueue, exchanges } from '#libs/contracts';
import { deadLetterQueueSpec, type Delivery, type OutgoingMessage } from '#libs/messaging';
import type { TestGateway } from './gateway-app.js';

export interface Reply {
  readonly correlationId?: string;
  readonly type?: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
}

export interface Sent extends Partial<Pick<OutgoingMessage, 'headers' | 'contentType' | 'replyTo'>> {
  /** `message_id`; its answer comes with the correlation id `c-<id>`. */
  readonly id?: string;
  /** Default `workflow.start`. */
  readonly key?: string;
  /** Bytes, text, or what is sent as JSON. */
  readonly content: unknown;
}

const replyQueue = 'partner.answers';

/** Another system: sends commands, and collects answers and dead letters. */
export class Partner {
  readonly replies: Reply[] = [];
  readonly buried: Delivery[] = [];
  private readonly looks = new Set<() => void>();

  private constructor(private readonly gateway: TestGateway) {}

  /** Resolves when the gateway takes commands. */
  static async open(gateway: TestGateway): Promise<Partner> {
    const partner = new Partner(gateway);
    const { other } = gateway;
    await other.declareExchanges();
    while (((await other.queueDepth(commandsQueue))?.consumers ?? 0) === 0);
    await other.declareQueue({ name: replyQueue, life: 'exclusive', bindings: [] });
    await other.consume(replyQueue, { prefetch: 100, onDelivery: (delivery) => partner.takeReply(delivery) });
    await other.consume(deadLetterQueueSpec.name, {
      prefetch: 100,
      onDelivery: (delivery) => {
        delivery.settle('ack');
        partner.buried.push(delivery);
        partner.note();
      },
    });
    return partner;
  }

  async send({ id, key = 'workflow.start', content, replyTo = replyQueue, headers, contentType }: Sent): Promise<void> {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const [outcome] = await this.gateway.other.publish([
      {
        exchange: exchanges.commands,
        routingKey: key,
        content: Buffer.isBuffer(content) ? content : Buffer.from(text),
        mandatory: true,
        replyTo,
        correlationId: `c-${id ?? 'none'}`,
        ...(id !== undefined && { messageId: id }),
        ...(headers !== undefined && { headers }),
        ...(contentType !== undefined && { contentType }),
      },
    ]);
    expect(outcome).toBe('confirmed');
  }

  replyTo(id: string): Promise<Reply> {
    return this.until(() => this.replies.find(({ correlationId }) => correlationId === `c-${id}`), `an answer to ${id}`);
  }

  /** Asks again at every answer and every dead letter. */
  until<T>(find: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        this.looks.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => reject(new Error(`expected ${what} within 8 s`)), 8_000);
      this.looks.add(look);
      look();
    });
  }

  private takeReply(delivery: Delivery): void {
    delivery.settle('ack');
    const { correlationId, type, headers, content } = delivery;
    this.replies.push({ correlationId, type, headers, body: JSON.parse(content.toString()) as unknown });
    this.note();
  }

  private note(): void {
    for (const look of [...this.looks]) look();
  }
}
