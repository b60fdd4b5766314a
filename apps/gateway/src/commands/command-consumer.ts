import { randomBytes } from 'node:crypto';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { commandsQueueSpec, type Delivery, type Transport, TRANSPORT } from '#libs/messaging';
import { CONFIG, type Config, crashPoint, ROOT_LOGGER, type RootLogger, traceIdOf } from '#libs/platform';
import type { ApiProblem } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { BrokerListener } from '../live/broker-listener.js';
import { MessageIncidents, type MessageTrouble } from '../messages/message-incidents.js';
import { pause } from '../messages/pause.js';
import { isOurFault, Tries } from '../messages/tries.js';
import { type CommandAnswer, CommandHandler } from './command-handler.js';
import { CommandReplies } from './command-replies.js';
import { readCommand, type ReadCommand } from './read-command.js';

/** Commands whose answers wait for an end; more than these are answered at once, or they would hold up all others. */
const maxWaiting = 50;
/** Before a command goes back to its queue because something is away, ms: it would come again at once. */
const retryMs = 1_000;

/** Consumes `orquestra.commands`. A command is acknowledged after its answer is with the broker; until then a repeat gets the same answer. */
@Injectable()
export class CommandConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listener: BrokerListener;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly tries = new Tries();
  private waiting = 0;

  constructor(
    private readonly handler: CommandHandler,
    private readonly replies: CommandReplies,
    private readonly incidents: MessageIncidents,
    @Inject(TRANSPORT) transport: Transport,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    @Inject(CONFIG) config: Pick<Config, 'commandPrefetch'>,
  ) {
    this.listener = new BrokerListener(transport, commandsQueueSpec(), {
      prefetch: config.commandPrefetch,
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
    let command: ReadCommand | undefined;
    try {
      command = readCommand(delivery);
      const answer = await this.handler.handle(command, traceId);
      if (answer.type === 'problem') await this.told(delivery, command, answer);
      else await this.finish(delivery, await this.awaited(command, answer), command);
    } catch (error) {
      await this.refuse(delivery, command, classifyError(error), traceId);
    }
  }

  private async awaited({ name, waitMs = 0 }: ReadCommand, answer: CommandAnswer): Promise<CommandAnswer> {
    if (name !== 'workflow.start' || waitMs === 0 || this.waiting >= maxWaiting) return answer;
    this.waiting += 1;
    try {
      return await this.handler.awaited(answer, waitMs, this.closing.signal);
    } finally {
      this.waiting -= 1;
    }
  }

  /** @param command absent: nobody can make anything of the message */
  private async refuse(
    delivery: Delivery,
    command: ReadCommand | undefined,
    problem: ApiProblem,
    traceId: string,
  ): Promise<void> {
    if (problem.status >= 500)
      this.logger.error({ err: problem.cause ?? problem, traceId }, 'a command could not be handled; it goes back to its queue');
    const isOurs = isOurFault(problem.code) && command !== undefined;
    if (isOurs && this.tries.isLast(`${command.key} ${command.hash}`)) return this.giveUp(delivery, command, problem, traceId);
    if (problem.status >= 500 || problem.code === 'IDEMPOTENCY_KEY_IN_USE') return this.again(delivery);
    const answer = { type: 'problem', status: problem.status, body: JSON.stringify(problem.body(traceId)) } as const;
    if (command !== undefined) return this.told(delivery, command, answer);
    if (await this.bury(delivery, problem)) await this.finish(delivery, answer, undefined);
    else await this.again(delivery);
  }

  /** A refusal is told to the sender, and to a person: the sender may not be listening. */
  private async told(delivery: Delivery, command: ReadCommand, answer: CommandAnswer): Promise<void> {
    const { code, detail } = JSON.parse(answer.body) as { code: string; detail: string };
    // The same name with other content is another refusal than the first one.
    const key = code === 'IDEMPOTENCY_KEY_REUSED' ? `${command.key} ${command.hash}` : command.key;
    if (await this.isWritten(delivery, { ...aboutOf(command, code), kind: 'refusedCommand', code, reason: detail, key }))
      await this.finish(delivery, answer, command);
    else await this.again(delivery);
  }

  /** We failed at it as often as it may be tried: a person decides what becomes of it, and its sender is told that it was not done. */
  private async giveUp(delivery: Delivery, command: ReadCommand, problem: ApiProblem, traceId: string): Promise<void> {
    const { code, message } = problem;
    const about = { ...aboutOf(command, code), key: command.key, error: problem.cause ?? problem };
    if (!(await this.isWritten(delivery, { ...about, kind: 'failingCommand', code, reason: message })))
      return this.again(delivery);
    const body = JSON.stringify(problem.body(traceId));
    await this.finish(delivery, { type: 'problem', status: problem.status, body }, command);
  }

  private async finish(delivery: Delivery, answer: CommandAnswer, command: ReadCommand | undefined): Promise<void> {
    crashPoint('command.done');
    const isTold = await this.replies.send(delivery, answer, command?.event);
    crashPoint('command.replied');
    if (isTold) delivery.settle('ack');
    else await this.again(delivery);
  }

  /** @returns false when it is not both written down and with the broker */
  private async bury(delivery: Delivery, problem: ApiProblem): Promise<boolean> {
    const { routingKey, messageId } = delivery;
    this.logger.warn({ routingKey, code: problem.code }, 'a command cannot be read; it becomes a dead letter');
    const trouble = { kind: 'unreadable', code: problem.code, reason: problem.message, key: messageId } as const;
    const written = await this.write(delivery, trouble);
    if (written === undefined) return false;
    crashPoint('dead-letter.recorded');
    return this.incidents.bury(delivery, trouble, written.id).then(
      () => {
        crashPoint('dead-letter.sent');
        return true;
      },
      () => false,
    );
  }

  private async isWritten(delivery: Delivery, trouble: MessageTrouble): Promise<boolean> {
    return (await this.write(delivery, trouble)) !== undefined;
  }

  /** The incident a person will find. @returns its id, if it has one of its own; undefined: it could not be stored */
  private async write(delivery: Delivery, trouble: MessageTrouble): Promise<{ readonly id: string | undefined } | undefined> {
    try {
      return { id: await this.incidents.record(delivery, trouble) };
    } catch (error) {
      this.logger.error({ err: error }, 'the incident of a command could not be stored; it goes back to its queue');
      return undefined;
    }
  }

  private async again(delivery: Delivery): Promise<void> {
    await pause(retryMs, this.closing.signal);
    delivery.settle('requeue');
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The instance and the step a command is for; a start names a definition instead. */
function aboutOf({ body }: ReadCommand, code: string): Pick<MessageTrouble, 'instanceId' | 'path' | 'definition'> {
  const { id, instance = id, definition, path } = (body ?? {}) as Record<string, unknown>;
  if (typeof definition === 'string') return { definition: definition.slice(0, 100) };
  if (code === 'INSTANCE_NOT_FOUND' || typeof instance !== 'string' || !uuid.test(instance)) return {};
  return { instanceId: instance.toLowerCase(), ...(typeof path === 'string' && { path: path.slice(0, 1_000) }) };
}
