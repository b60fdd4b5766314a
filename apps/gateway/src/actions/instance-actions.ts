import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Acted, bucketOf } from '#libs/contracts';
import type { InboxMessage, InstanceId, JsonObject } from '#libs/engine';
import { type DecidedInbox, InboxDoor, InstanceQueries, OperatorLog } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { AskCheck } from '../asks/ask-check.js';
import { Hints } from '../instances/hints.js';
import { OutcomeWatch } from './outcome-watch.js';
import { Refusals, unknownInstance } from './refusals.js';

/** What people and systems may tell an instance to do. */
export type ActMessage = Extract<
  InboxMessage,
  {
    type:
      | 'cancel'
      | 'pause'
      | 'resume'
      | 'retry'
      | 'retryStep'
      | 'skipStep'
      | 'completeStep'
      | 'cancelStep'
      | 'answerAsk'
      | 'claimAsk'
      | 'reassignAsk';
  }
>;

export interface Wish {
  readonly id: InstanceId;
  readonly message: ActMessage;
  /** Names the wish, so that a repeat of it is the same one; absent: a new wish. */
  readonly commandId?: string;
  readonly waitMs: number;
}

export interface ActAnswer {
  readonly status: 200 | 202;
  readonly body: Acted;
}

/** Stores what an instance is told to do; its owner decides, and the answer waits a little for that. */
@Injectable()
export class InstanceActions {
  constructor(
    private readonly inbox: InboxDoor,
    private readonly queries: InstanceQueries,
    private readonly log: OperatorLog,
    private readonly hints: Hints,
    private readonly outcomes: OutcomeWatch,
    private readonly refusals: Refusals,
    private readonly askCheck: AskCheck,
  ) {}

  /** @throws ApiProblem INSTANCE_NOT_FOUND, INSTANCE_ENDED, ANSWER_INVALID, and what the owner's refusal means */
  async act(wish: Wish): Promise<ActAnswer> {
    const { id, message } = wish;
    if (message.type === 'answerAsk') await this.askCheck.require(id, message);
    const decided = await this.decided(wish);
    if (decided !== undefined && decided.outcome !== 'applied') throw await this.refusals.of(id, message, decided.outcome);
    const [head] = await this.queries.byIds([id]);
    if (head === undefined) throw unknownInstance(id);
    return decided === undefined
      ? { status: 202, body: { id, status: head.status, outcome: 'stored' } }
      : { status: 200, body: { id, status: head.status, outcome: 'applied' } };
  }

  private async decided({ id, message, commandId = uuidv7(), waitMs }: Wish): Promise<DecidedInbox | undefined> {
    const content = contentOf(message);
    const [stored] = await this.inbox.insertInbox([
      { id: commandId, instanceId: id, bucket: bucketOf(id), kind: message.type, content },
    ]);
    if (stored?.outcome === 'unknown') throw unknownInstance(id);
    if (stored?.outcome === 'ended') throw await this.refusals.of(id, message, 'alreadyEnded');
    crashPoint('act.stored');
    this.hints.send([id]);
    await this.log.append({
      id: commandId,
      actor: message.by ?? 'anonymous',
      action: `instance.${message.type}`,
      target: 'path' in message ? `${id} ${message.path}` : 'name' in message ? `${id} ${message.name}` : id,
      reason: message.reason,
    });
    crashPoint('act.logged');
    return this.outcomes.wait(id, commandId, waitMs);
  }
}

/** Without what is absent. */
export const contentOf = (message: InboxMessage): JsonObject =>
  Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as JsonObject;
