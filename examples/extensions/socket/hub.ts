import { createServer, type Server, type Socket } from 'node:net';
import {
  type Consumer,
  type Delivery,
  MemoryBroker,
  MemoryTransport,
  type OutgoingMessage,
  type QueueSpec,
  type Settlement,
} from '#libs/messaging';
import { type Frame, readFrames, writeFrame } from './frames.js';

/** The in-process broker behind a socket. It keeps nothing: when it ends, PostgreSQL has everything, and what was on its way is sent again. */
export function startHub(port: number, host = '127.0.0.1'): Promise<Server> {
  const broker = new MemoryBroker();
  broker.declareExchanges();
  const server = createServer((socket) => void new HubConnection(socket, broker).open());
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve(server)));
}

/** One process at the hub: its requests, done on a transport of its own, and its deliveries. */
class HubConnection {
  private readonly transport: MemoryTransport;
  private readonly consumers = new Map<number, Consumer>();
  private readonly deliveries = new Map<number, Delivery>();
  private count = 0;

  constructor(
    private readonly socket: Socket,
    broker: MemoryBroker,
  ) {
    this.transport = new MemoryTransport({ broker });
  }

  async open(): Promise<void> {
    this.socket.setNoDelay(true).setKeepAlive(true, 5_000);
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', () => void this.transport.close());
    await this.transport.connect();
    readFrames(this.socket, (frame) => void this.handle(frame));
  }

  private async handle({ head, bytes }: Frame): Promise<void> {
    if (head['do'] === 'settle') return this.settle(head['delivery'] as number, head['as'] as Settlement);
    try {
      const value = await this.perform(head['do'] as string, head['with'] as never, bytes);
      this.send({ answers: head['id'], value });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      this.send({ answers: head['id'], error: { code, message } });
    }
  }

  private perform(what: string, args: readonly never[], bytes: Buffer): Promise<unknown> {
    switch (what) {
      case 'publish':
        return this.transport.publish(withContents(args[0]!, bytes));
      case 'consume':
        return this.consume(...(args as unknown as [number, string, number]));
      case 'cancel':
      case 'close':
        return this.endConsumer(what, args[0]!);
      case 'setPrefetch':
        return this.consumers.get(args[0]!)?.setPrefetch(args[1]!) ?? Promise.resolve();
      case 'declareQueue':
        return this.transport.declareQueue(args[0]! as QueueSpec);
      case 'queueDepth':
      case 'deleteQueue':
      case 'hasExchange':
        return this.transport[what](args[0]!);
      case 'unbindQueue':
        return this.transport.unbindQueue(args[0]!, args[1]!, args[2]!);
      default:
        return Promise.reject(new Error(`expected a request of the hub, but was ${JSON.stringify(what)}`));
    }
  }

  private async consume(consumer: number, queue: string, prefetch: number): Promise<void> {
    const made = await this.transport.consume(queue, {
      prefetch,
      onDelivery: (delivery) => this.deliver(consumer, delivery),
      onLost: (why) => this.send({ lost: consumer, why }),
    });
    this.consumers.set(consumer, made);
  }

  private deliver(consumer: number, delivery: Delivery): void {
    this.count += 1;
    this.deliveries.set(this.count, delivery);
    const { queue, exchange, routingKey, redelivered, headers, messageId, correlationId, replyTo, type, contentType } = delivery;
    const facts = { queue, exchange, routingKey, redelivered, headers, messageId, correlationId, replyTo, type, contentType };
    this.send({ consumer, delivery: this.count, facts }, [delivery.content]);
  }

  private settle(number: number, settlement: Settlement): void {
    this.deliveries.get(number)?.settle(settlement);
    this.deliveries.delete(number);
  }

  private async endConsumer(how: 'cancel' | 'close', number: number): Promise<void> {
    await this.consumers.get(number)?.[how]();
    if (how === 'close') this.consumers.delete(number);
  }

  private send(head: object, bytes?: readonly Buffer[]): void {
    if (!this.socket.destroyed) writeFrame(this.socket, head, bytes);
  }
}

function withContents(
  messages: readonly (Omit<OutgoingMessage, 'content'> & { readonly bytes: number })[],
  all: Buffer,
): OutgoingMessage[] {
  let at = 0;
  return messages.map(({ bytes, ...message }) => ({ ...message, content: all.subarray(at, (at += bytes)) }));
}
