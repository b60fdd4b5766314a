import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { actCommandSchemas, type ActCommand, defaultActWaitMs, eventCommandSchema, startBodySchema } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import type { Delivery } from '#libs/messaging';
import type { StoredAnswer } from '#libs/persistence';
import { type ActMessage, InstanceActions } from '../actions/instance-actions.js';
import { ApiProblem } from '../http/api-problem.js';
import { bodyLimit } from '../http/entry.js';
import { EventGate } from '../events/event-gate.js';
import { Once } from '../http/once.js';
import { parseRequestJson } from '../http/request-json.js';
import { checkBody } from '../http/validation.pipe.js';
import { InstanceStarter } from '../instances/instance-starter.js';

export type CommandDelivery = Pick<Delivery, 'routingKey' | 'content' | 'messageId'>;

export interface CommandAnswer extends StoredAnswer {
  /** `type` of the reply. */
  readonly type: 'workflow.started' | 'workflow.acted' | 'workflow.event' | 'problem';
}

/** What each command tells its instance; the rest of its body is the rest of the message. */
const messageTypes: Readonly<Record<ActCommand, ActMessage['type']>> = {
  'workflow.cancel': 'cancel',
  'workflow.pause': 'pause',
  'workflow.resume': 'resume',
  'workflow.retry': 'retry',
  'workflow.step.retry': 'retryStep',
  'workflow.step.skip': 'skipStep',
  'workflow.step.complete': 'completeStep',
  'workflow.step.cancel': 'cancelStep',
  'workflow.ask.answer': 'answerAsk',
  'workflow.ask.claim': 'claimAsk',
  'workflow.ask.reassign': 'reassignAsk',
};
const known = ['workflow.start', 'workflow.event', ...Object.keys(messageTypes)];

/** Instance commands of other systems: the same doors as REST, named by their `message_id`. */
@Injectable()
export class CommandHandler {
  constructor(
    private readonly once: Once,
    private readonly starter: InstanceStarter,
    private readonly actions: InstanceActions,
    private readonly events: EventGate,
  ) {}

  /** @throws ApiProblem what is refused; also what cannot be read at all (see `isUnreadable`) */
  async handle(delivery: CommandDelivery, traceId: string): Promise<CommandAnswer> {
    const { messageId, routingKey, content } = delivery;
    if (messageId === undefined || messageId === '')
      throw new ApiProblem(
        'MESSAGE_ID_REQUIRED',
        'expected a message_id, which makes the command idempotent, but there was none',
      );
    const act = this.actionFor(routingKey);
    const body = readCommand(content);
    const hash = createHash('sha256').update(`${routingKey}\n`).update(content).digest('hex');
    const answer = await this.once.run({ key: `amqp:${messageId}`, hash, traceId }, (subject) => act(body, subject));
    return { ...answer, type: answer.status >= 400 ? 'problem' : replyType(routingKey) };
  }

  private actionFor(routingKey: string): (body: unknown, subject: string) => Promise<StoredAnswer> {
    if (routingKey === 'workflow.start') return (body, subject) => this.start(body, subject);
    if (routingKey === 'workflow.event') return (body, subject) => this.event(body, subject);
    if (Object.hasOwn(messageTypes, routingKey)) return (body, subject) => this.act(routingKey as ActCommand, body, subject);
    throw new ApiProblem(
      'COMMAND_UNKNOWN',
      `expected one of ${known.join(', ')}, but was ${JSON.stringify(routingKey.slice(0, 100))}`,
    );
  }

  private async start(body: unknown, subject: string): Promise<StoredAnswer> {
    const { status, instance } = await this.starter.start(checkBody(startBodySchema, body), subject);
    return { status, body: JSON.stringify(instance) };
  }

  private async event(body: unknown, subject: string): Promise<StoredAnswer> {
    const event = checkBody(eventCommandSchema, body);
    const id = event.id ?? subject;
    const { status, body: outcome } =
      'instance' in event
        ? await this.events.toInstance(event.instance.toLowerCase() as InstanceId, { ...event, id }, defaultActWaitMs)
        : await this.events.byKey({ ...event, id }, defaultActWaitMs);
    return { status, body: JSON.stringify(outcome) };
  }

  private async act(command: ActCommand, body: unknown, commandId: string): Promise<StoredAnswer> {
    const { id, ...rest } = checkBody(actCommandSchemas[command], body);
    const message = { type: messageTypes[command], ...rest } as ActMessage;
    const { status, body: acted } = await this.actions.act({
      id: id.toLowerCase() as InstanceId,
      message,
      commandId,
      waitMs: defaultActWaitMs,
    });
    return { status, body: JSON.stringify(acted) };
  }
}

function replyType(routingKey: string): CommandAnswer['type'] {
  if (routingKey === 'workflow.start') return 'workflow.started';
  return routingKey === 'workflow.event' ? routingKey : 'workflow.acted';
}

function readCommand(content: Buffer): unknown {
  if (content.length > bodyLimit)
    throw new ApiProblem('BODY_TOO_LARGE', `expected a message of at most ${bodyLimit} bytes, but it has ${content.length}`);
  try {
    return parseRequestJson(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    throw new ApiProblem('BODY_INVALID', 'expected UTF-8 text, but the message has other bytes in it', { cause: error });
  }
}

const unreadable: ReadonlySet<string> = new Set([
  'MESSAGE_ID_REQUIRED',
  'COMMAND_UNKNOWN',
  'BODY_INVALID',
  'BODY_TOO_LARGE',
  'BODY_TOO_DEEP',
  'BODY_TOO_MANY_KEYS',
]);

/** Nobody can make anything of it: it becomes a dead letter. Anything else that is refused is told to its sender and is done. */
export const isUnreadable = (problem: ApiProblem): boolean => unreadable.has(problem.code);
