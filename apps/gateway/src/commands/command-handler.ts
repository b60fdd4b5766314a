import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { cancelBodySchema, instanceParamsSchema, startBodySchema } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import type { Delivery } from '#libs/messaging';
import type { StoredAnswer } from '#libs/persistence';
import { ApiProblem } from '../http/api-problem.js';
import { bodyLimit } from '../http/entry.js';
import { Once } from '../http/once.js';
import { parseRequestJson } from '../http/request-json.js';
import { checkBody } from '../http/validation.pipe.js';
import { InstanceCanceller } from '../instances/instance-canceller.js';
import { InstanceStarter } from '../instances/instance-starter.js';

export type CommandDelivery = Pick<Delivery, 'routingKey' | 'content' | 'messageId'>;

export interface CommandAnswer extends StoredAnswer {
  /** `type` of the reply. */
  readonly type: 'workflow.started' | 'workflow.cancelling' | 'problem';
}

const cancelCommandSchema = instanceParamsSchema.extend(cancelBodySchema.shape);

/** Instance commands of other systems: the same doors as REST, named by their `message_id`. */
@Injectable()
export class CommandHandler {
  constructor(
    private readonly once: Once,
    private readonly starter: InstanceStarter,
    private readonly canceller: InstanceCanceller,
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
    return {
      ...answer,
      type: answer.status >= 400 ? 'problem' : routingKey === 'workflow.start' ? 'workflow.started' : 'workflow.cancelling',
    };
  }

  private actionFor(routingKey: string): (body: unknown, subject: string) => Promise<StoredAnswer> {
    if (routingKey === 'workflow.start') return (body, subject) => this.start(body, subject);
    if (routingKey === 'workflow.cancel') return (body, subject) => this.cancel(body, subject);
    throw new ApiProblem(
      'COMMAND_UNKNOWN',
      `expected workflow.start or workflow.cancel, but was ${JSON.stringify(routingKey.slice(0, 100))}`,
    );
  }

  private async start(body: unknown, subject: string): Promise<StoredAnswer> {
    const { status, instance } = await this.starter.start(checkBody(startBodySchema, body), subject);
    return { status, body: JSON.stringify(instance) };
  }

  private async cancel(body: unknown, subject: string): Promise<StoredAnswer> {
    const { id, reason } = checkBody(cancelCommandSchema, body);
    const cancelled = await this.canceller.cancel({ id: id.toLowerCase() as InstanceId, reason, commandId: subject });
    return { status: 202, body: JSON.stringify(cancelled) };
  }
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
