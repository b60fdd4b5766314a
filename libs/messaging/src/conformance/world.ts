import { randomUUID } from 'node:crypto';
import { exchanges } from '#libs/contracts';
import { stepQueueSpec } from '../topology.js';
import type { Consumer, ConsumeOptions, Delivery, OutgoingMessage, QueueSpec, Transport } from '../transport.js';

export interface TransportWorld {
  /** A transport to the same broker as the others of this world, not connected yet. */
  create(options?: { readonly confirmTimeoutMs?: number }): Transport;
  /** Cuts the connections of one transport from the outside; it may reconnect at once. */
  loseConnection(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

/** A broker, transports that are closed after each test, and waiting on signals. */
export class Bench {
  private readonly transports: Transport[] = [];

  constructor(readonly world: TransportWorld) {}

  async connected(options?: { readonly confirmTimeoutMs?: number }): Promise<Transport> {
    const transport = this.world.create(options);
    this.transports.push(transport);
    await transport.connect();
    await transport.declareExchanges();
    return transport;
  }

  async clear(): Promise<void> {
    for (const transport of this.transports.splice(0)) await transport.close();
  }
}

export interface Lane {
  readonly spec: QueueSpec;
  message(content: string | Buffer, more?: Partial<OutgoingMessage>): OutgoingMessage;
}

/** Queues of all lanes so far: whoever shares its broker with others removes them. */
export const usedQueues: string[] = [];

/** A step queue of its own for one test. */
export function newLane(): Lane {
  const task = `conformance.${randomUUID()}`;
  const spec = stepQueueSpec('default', task);
  usedQueues.push(spec.name);
  return {
    spec,
    message: (content, more = {}) => ({
      exchange: exchanges.steps,
      routingKey: `default.${task}`,
      content: Buffer.from(content),
      mandatory: true,
      ...more,
    }),
  };
}

/** Collects deliveries; tests wait for a number of them. */
export class Inbox {
  readonly deliveries: Delivery[] = [];
  readonly losses: string[] = [];
  private watchers: (() => void)[] = [];

  readonly take = (delivery: Delivery): void => {
    this.deliveries.push(delivery);
    this.notify();
  };

  readonly lost = (why: string): void => {
    this.losses.push(why);
    this.notify();
  };

  restorations = 0;
  readonly restored = (): void => {
    this.restorations += 1;
    this.notify();
  };

  get texts(): string[] {
    return this.deliveries.map((delivery) => delivery.content.toString('utf8'));
  }

  consume(transport: Transport, queue: string, options: Partial<ConsumeOptions> = {}): Promise<Consumer> {
    return transport.consume(queue, { prefetch: 1_000, onDelivery: this.take, onLost: this.lost, ...options });
  }

  async until(isMet: () => boolean, what: string, withinMs = 15_000): Promise<void> {
    const expired = Date.now() + withinMs;
    while (!isMet()) {
      const leftMs = expired - Date.now();
      if (leftMs <= 0) throw new Error(`expected ${what} within ${withinMs} ms, have ${this.deliveries.length} deliveries`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.watchers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  count(deliveries: number): Promise<void> {
    return this.until(() => this.deliveries.length >= deliveries, `${deliveries} deliveries`);
  }

  private notify(): void {
    for (const watcher of this.watchers.splice(0)) watcher();
  }
}

export function untilState(transport: Transport, isMet: () => boolean, what: string, withinMs = 15_000): Promise<void> {
  if (isMet()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`expected ${what} within ${withinMs} ms, state is ${transport.state}`)),
      withinMs,
    );
    const stop = transport.onState(() => {
      if (!isMet()) return;
      clearTimeout(timer);
      stop();
      resolve();
    });
  });
}

/** Quorum queues take back what a closed channel held a moment after the close was answered, and tell nobody. */
export async function untilDepth(
  transport: Transport,
  queue: string,
  expected: Partial<{ ready: number; consumers: number }>,
  withinMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const depth = await transport.queueDepth(queue);
    if (Object.entries(expected).every(([what, count]) => depth?.[what as 'ready' | 'consumers'] === count)) return;
    if (Date.now() > deadline)
      throw new Error(`expected ${JSON.stringify(expected)} in ${queue}, found ${JSON.stringify(depth)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
