import { randomBytes } from 'node:crypto';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { exchanges } from '#libs/contracts';
import { commandsQueueSpec, type Delivery, type OutgoingMessage, type Transport, TRANSPORT } from '#libs/messaging';
import { IncidentStore } from '#libs/persistence';
import { ROOT_LOGGER, type RootLogger, traceIdOf } from '#libs/platform';
import type { ApiProblem } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { BrokerListener } from '../live/broker-listener.js';
import { bodyLimit } from '../http/entry.js';
import { type CommandAnswer, CommandHandler, isUnreadable } from './command-handler.js';

const prefetch = 50;
/** Before a command goes back to its queue because something is away, ms: it would come again at once. */
const retryMs = 1_000;

/** Consumes `orquestra.commands`. A command is acknowledged after its answer is with the broker; until then a repeat gets the same answer. */
@Injectable()
export class CommandConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listener: BrokerListener;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly closing = new AbortController();

  constructor(
    private readonly handler: CommandHandler,
    private readonly incidents: IncidentStore,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
  ) {
    this.listener = new BrokerListener(transport, commandsQueueSpec(), {
      prefetch,
      onTrouble: (error) => logger.warn({ err: error }, 'commands cannot be consumed; trying again'),
      onDelivery: (delivery) => {
        const work = this.consume(delivery).finally(() => this.inFlight.delete(work));
        this.inFlight.add(work);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.listener.open();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.listener.cancel();
    await Promise.allSettled(this.inFlight);
    await this.listener.close();
  }

  private async consume(delivery: Delivery): Promise<void> {
    const traceId = traceIdOf(delivery.headers['traceparent']) ?? randomBytes(16).toString('hex');
    try {
      const answer = await this.handler.handle(delivery, traceId);
      await this.finish(delivery, answer);
    } catch (error) {
      await this.refuse(delivery, classifyError(error), traceId);
    }
  }

  private async refuse(delivery: Delivery, problem: ApiProblem, traceId: string): Promise<void> {
    if (problem.status >= 500)
      this.logger.error({ err: problem.cause ?? problem, traceId }, 'a command could not be handled; it goes back to its queue');
    if (problem.status >= 500 || problem.code === 'IDEMPOTENCY_KEY_IN_USE') return this.again(delivery);
    if (isUnreadable(problem) && !(await this.bury(delivery, problem))) return this.again(delivery);
    await this.finish(delivery, { type: 'problem', status: problem.status, body: JSON.stringify(problem.body(traceId)) });
  }

  private async finish(delivery: Delivery, answer: CommandAnswer): Promise<void> {
    const isTold = await this.reply(delivery, answer);
    if (isTold) delivery.settle('ack');
    else await this.again(delivery);
  }

  /** @returns false when the broker may not have it */
  private async reply({ replyTo, correlationId, messageId }: Delivery, { type, body }: CommandAnswer): Promise<boolean> {
    if (replyTo === undefined || replyTo === '') return true;
    if (replyTo.startsWith('orquestra.')) {
      // A reply is content a stranger has a say in: it must not land where our own messages are read.
      this.logger.warn(
        { replyTo: replyTo.slice(0, 100) },
        'a command asked for its reply to be sent to a queue of the platform; not sent',
      );
      return true;
    }
    return this.send({
      exchange: '',
      routingKey: replyTo,
      content: Buffer.from(body),
      type,
      ...((correlationId ?? messageId) !== undefined && { correlationId: correlationId ?? messageId }),
    });
  }

  /** @returns false when it is not both written down and with the broker */
  private async bury(delivery: Delivery, problem: ApiProblem): Promise<boolean> {
    const { exchange, routingKey, content, messageId, headers } = delivery;
    this.logger.warn({ routingKey, code: problem.code }, 'a command cannot be read; it becomes a dead letter');
    if (!(await this.writeDown(delivery, problem))) return false;
    const kept = Object.entries(headers).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)) as [
      string,
      string | number | boolean,
    ][];
    return this.send({
      exchange: exchanges.deadLetters,
      routingKey,
      content,
      ...(messageId !== undefined && { messageId }),
      headers: {
        ...Object.fromEntries(kept),
        reason: reasonOf(problem),
        'x-first-death-exchange': exchange,
        'x-first-death-queue': commandsQueueSpec().name,
      },
    });
  }

  /** The incident a person will find; of a message over the limit only its beginning, the rest is in the dead letter. */
  private async writeDown(delivery: Delivery, problem: ApiProblem): Promise<boolean> {
    const { exchange, routingKey, content, messageId, headers } = delivery;
    try {
      await this.incidents.record({
        kind: 'unreadable',
        reason: reasonOf(problem),
        raw: content.subarray(0, bodyLimit),
        headers: { ...headers, exchange, routingKey, messageId },
      });
      return true;
    } catch (error) {
      this.logger.error(
        { err: error },
        'the incident of a command that cannot be read could not be stored; it goes back to its queue',
      );
      return false;
    }
  }

  /** A message nobody takes (a reply queue that is gone) counts as told. */
  private async send(message: OutgoingMessage): Promise<boolean> {
    const [outcome] = await this.transport.publish([message]).catch(() => ['unconfirmed' as const]);
    return outcome !== 'unconfirmed';
  }

  private async again(delivery: Delivery): Promise<void> {
    await pause(retryMs, this.closing.signal);
    delivery.settle('requeue');
  }
}

const reasonOf = (problem: ApiProblem): string => `${problem.code}: ${problem.message}`.slice(0, 1_000);

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
