import { Injectable } from '@nestjs/common';
import {
  actCommandSchemas,
  type ActCommand,
  defaultActWaitMs,
  eventCommandSchema,
  type Started,
  startBodySchema,
} from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import type { StoredAnswer } from '#libs/persistence';
import { type ActMessage, InstanceActions } from '../actions/instance-actions.js';
import { EventGate } from '../events/event-gate.js';
import { Once } from '../http/once.js';
import { checkBody } from '../http/validation.pipe.js';
import { InstanceEnds } from '../instances/instance-ends.js';
import { InstanceStarter } from '../instances/instance-starter.js';
import type { ReadCommand } from './read-command.js';

export interface CommandAnswer extends StoredAnswer {
  /** `type` of the reply. */
  readonly type: 'workflow.started' | 'workflow.ended' | 'workflow.acted' | 'workflow.event' | 'problem';
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

/** Instance commands of other systems: the same doors as REST, named by their `message_id`. */
@Injectable()
export class CommandHandler {
  constructor(
    private readonly once: Once,
    private readonly starter: InstanceStarter,
    private readonly actions: InstanceActions,
    private readonly events: EventGate,
    private readonly ends: InstanceEnds,
  ) {}

  /**
   * @returns also for a repeat of one that was refused: its problem
   * @throws ApiProblem what is refused
   */
  async handle(command: ReadCommand, traceId: string): Promise<CommandAnswer> {
    const { key, hash } = command;
    const answer = await this.once.run({ key, hash, traceId }, (subject) => this.act(command, subject));
    return { ...answer, type: answer.status >= 400 ? 'problem' : replyType(command) };
  }

  /** What a start has become when its instance has ended within `wait`; else the answer, with the status there is then. */
  async awaited(answer: CommandAnswer, waitMs: number, signal: AbortSignal): Promise<CommandAnswer> {
    const started = JSON.parse(answer.body) as Started;
    const ending = await this.ends.endOf(started.id, waitMs, signal);
    return ending.isEnded
      ? { status: 200, type: 'workflow.ended', body: JSON.stringify(ending.instance) }
      : { ...answer, body: JSON.stringify({ ...started, ...ending.started }) };
  }

  private act(command: ReadCommand, subject: string): Promise<StoredAnswer> {
    const { name, body, waitMs = defaultActWaitMs } = command;
    switch (name) {
      case 'workflow.start':
        return this.start(body, subject);
      case 'workflow.event':
        return this.event(body, subject, waitMs);
      default:
        return this.tell(name, body, subject, waitMs);
    }
  }

  private async start(body: unknown, subject: string): Promise<StoredAnswer> {
    const { status, instance } = await this.starter.start(checkBody(startBodySchema, body), subject);
    return { status, body: JSON.stringify(instance) };
  }

  private async event(body: unknown, subject: string, waitMs: number): Promise<StoredAnswer> {
    const event = checkBody(eventCommandSchema, body);
    const id = event.id ?? subject;
    const { status, body: outcome } =
      'instance' in event
        ? await this.events.toInstance(event.instance.toLowerCase() as InstanceId, { ...event, id }, waitMs)
        : await this.events.byKey({ ...event, id }, waitMs);
    return { status, body: JSON.stringify(outcome) };
  }

  private async tell(command: ActCommand, body: unknown, commandId: string, waitMs: number): Promise<StoredAnswer> {
    const { id, ...rest } = checkBody(actCommandSchemas[command], body);
    const message = { type: messageTypes[command], ...rest } as ActMessage;
    const { status, body: acted } = await this.actions.act({ id: id.toLowerCase() as InstanceId, message, commandId, waitMs });
    return { status, body: JSON.stringify(acted) };
  }
}

function replyType({ name }: ReadCommand): CommandAnswer['type'] {
  if (name === 'workflow.start') return 'workflow.started';
  return name === 'workflow.event' ? name : 'workflow.acted';
}
