import type { Channel, Options } from 'amqplib';
import { QueueLockedError, QueueMismatchError, QueueStuckError, TransportUnavailableError } from '../errors.js';
import { exchangeSpecs, deadLetterQueueSpec } from '../topology.js';
import type { QueueKind, QueueSpec } from '../transport.js';
import { closeChannel } from './close-channel.js';
import { earlierArguments, queueArguments } from './queue-arguments.js';
import { answerMs, within } from './within.js';

/** Questions and declarations, one after the other: the broker answers a refusal by closing the channel they share. */
export class Administration {
  private channel: Channel | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly openChannel: () => Promise<Channel>,
    private readonly kind: QueueKind,
    private readonly patienceMs = answerMs,
  ) {}

  declareExchanges(): Promise<void> {
    return this.run(
      'declaring the exchanges',
      async (channel) => {
        for (const { name, kind, durable } of exchangeSpecs) await channel.assertExchange(name, kind, { durable });
        await declare(channel, deadLetterQueueSpec, queueArguments(deadLetterQueueSpec, this.kind));
      },
      deadLetterQueueSpec.name,
    );
  }

  /** @returns whether it is new */
  async declareQueue(spec: QueueSpec): Promise<boolean> {
    const before = await this.queueDepth(spec.name);
    const declareAs = (args: typeof queueArguments): Promise<void> =>
      this.run(`declaring queue ${spec.name}`, (channel) => declare(channel, spec, args(spec, this.kind)), spec.name);
    await declareAs(queueArguments).catch((error: unknown) => {
      if (!(error instanceof QueueMismatchError)) throw error;
      return declareAs(earlierArguments);
    });
    return before === undefined;
  }

  /** Bindings only; a queue that is gone stays gone. */
  async bind(spec: QueueSpec): Promise<void> {
    const attempt = this.run(`binding queue ${spec.name}`, (channel) => bind(channel, spec), spec.name);
    await attempt.catch((error: unknown) => {
      if (codeOf(error) !== 404) throw error;
    });
  }

  async queueDepth(name: string): Promise<{ ready: number; consumers: number } | undefined> {
    try {
      return await this.run(
        `asking for queue ${name}`,
        async (channel) => {
          const { messageCount, consumerCount } = await channel.checkQueue(name);
          return { ready: messageCount, consumers: consumerCount };
        },
        name,
      );
    } catch (error) {
      if (codeOf(error) === 404) return undefined;
      throw error;
    }
  }

  async hasExchange(name: string): Promise<boolean> {
    try {
      await this.run(`asking for exchange ${name}`, (channel) => channel.checkExchange(name), name);
      return true;
    } catch (error) {
      if (codeOf(error) === 404) return false;
      throw error;
    }
  }

  deleteQueue(name: string): Promise<void> {
    return this.run(`deleting queue ${name}`, async (channel) => void (await channel.deleteQueue(name)), name);
  }

  async unbindQueue(name: string, exchange: string, routingKey: string): Promise<void> {
    const attempt = this.run(`unbinding queue ${name}`, (channel) => channel.unbindQueue(name, exchange, routingKey), name);
    await attempt.catch((error: unknown) => {
      if (codeOf(error) !== 404) throw error;
    });
  }

  private run<T>(what: string, work: (channel: Channel) => Promise<T>, queue = ''): Promise<T> {
    const result = this.last.then(() => this.attempt(what, work, queue));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async attempt<T>(what: string, work: (channel: Channel) => Promise<T>, queue: string): Promise<T> {
    try {
      const channel = (this.channel ??= await this.open());
      return await within(work(channel), this.patienceMs, what);
    } catch (error) {
      const { channel } = this;
      this.channel = undefined;
      if (channel !== undefined) void closeChannel(channel);
      throw translated(error, what, queue);
    }
  }

  private async open(): Promise<Channel> {
    const channel = await this.openChannel();
    // refusals reach the caller through the call; an unheard event would end the process
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.channel === channel) this.channel = undefined;
    });
    return channel;
  }
}

async function declare(channel: Channel, spec: QueueSpec, args: Options.AssertQueue): Promise<void> {
  await channel.assertQueue(spec.name, args);
  await bind(channel, spec);
}

async function bind(channel: Channel, spec: QueueSpec): Promise<void> {
  for (const { exchange, routingKey } of spec.bindings) await channel.bindQueue(spec.name, exchange, routingKey);
}

export function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** 404 stays as it is: whether absence is an error is the caller's business. */
export function translated(error: unknown, what: string, queue: string): unknown {
  if (error instanceof QueueStuckError) return error;
  switch (codeOf(error)) {
    case 404:
      return error;
    case 405:
      return new QueueLockedError(queue, error);
    case 406:
      return new QueueMismatchError(queue, (error as Error).message, error);
    default:
      return new TransportUnavailableError(what, error);
  }
}
