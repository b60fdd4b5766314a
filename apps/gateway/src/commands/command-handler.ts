import { Injectable } from '@nestjs/common';
import { actCommandSchemas, type ActCommand, defaultActWaitMs, eventCommandSchema, type Started } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import type { StoredAnswer } from '#libs/persistence';
import { type ActMessage, InstanceActions } from '../actions/instance-actions.js';
import { EventGate } from '../events/event-gate.js';
import { ApiProblem } from '../http/api-problem.js';
import { Once } from '../http/once.js';
import { checkBody } from '../http/validation.pipe.js';
import { InstanceEnds } from '../instances/instance-ends.js';
import { NamedStarts } from '../instances/named-starts.js';
import type { CommandName, ReadCommand } from './read-command.js';

export interface CommandAnswer extends StoredAnswer {
  /** `type` of the reply. */
  readonly type: 'workflow.started' | 'workflow.ended' | 'workflow.acted' | 'workflow.event' | 'problem';
}

/** An owner that has not decided by then is not waited for any longer, ms; shorter than the lease of a redrive. */
export const patienceMs = 15_000;

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
    private readonly named: NamedStarts,
    private readonly actions: InstanceActions,
    private readonly events: EventGate,
    private readonly ends: InstanceEnds,
  ) {}

  /**
   * One that was refused, or at which we failed, done now. Another try of the same name finds what this one has stored.
   * @returns as `handle`
   * @throws ApiProblem what is refused; OVERLOADED: it is stored, and its owner has not decided in time
   */
  async again(command: ReadCommand, traceId: string): Promise<CommandAnswer> {
    await this.once.reopenRefusal(command.key);
    return this.handle({ ...command, waitMs: patienceMs }, traceId, true);
  }

  /**
   * @param mustBeDecided what is only stored is no answer
   * @returns also for a repeat of one that was refused: its problem
   * @throws ApiProblem what is refused
   */
  async handle(command: ReadCommand, traceId: string, mustBeDecided = false): Promise<CommandAnswer> {
    const { name, key, hash, body } = command;
    const request = { key, hash, traceId };
    const answer =
      name === 'workflow.start'
        ? await this.named.start(request, body)
        : await this.once.run(request, async (subject) => {
            const acted = await this.act(name, command, subject);
            if (mustBeDecided && acted.status === 202) throw undecided();
            return acted;
          });
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

  private act(name: Exclude<CommandName, 'workflow.start'>, command: ReadCommand, subject: string): Promise<StoredAnswer> {
    const { body, waitMs = defaultActWaitMs } = command;
    return name === 'workflow.event' ? this.event(body, subject, waitMs) : this.tell(name, body, subject, waitMs);
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

/** Nothing is lost: the next try of the same name asks what has become of it. */
export const undecided = (): ApiProblem =>
  new ApiProblem(
    'OVERLOADED',
    'stored, but the owner of the instance has not decided yet; redrive it again to see what became of it',
  );
