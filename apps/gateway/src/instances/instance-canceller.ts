import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { bucketOf } from '#libs/contracts';
import type { InstanceId, InstanceStatus, JsonObject } from '#libs/engine';
import { InboxDoor, InstanceQueries } from '#libs/persistence';
import { ApiProblem } from '../http/api-problem.js';
import { Hints } from './hints.js';

export interface CancelWish {
  readonly id: InstanceId;
  readonly reason?: string;
  /** Names the wish, so that a repeat of it is the same one; absent: a new wish. */
  readonly commandId?: string;
}

/** Stores the wish to cancel; the owner of the instance decides it. */
@Injectable()
export class InstanceCanceller {
  constructor(
    private readonly inbox: InboxDoor,
    private readonly queries: InstanceQueries,
    private readonly hints: Hints,
  ) {}

  /** @throws ApiProblem INSTANCE_NOT_FOUND, INSTANCE_ENDED */
  async cancel({ id, reason, commandId }: CancelWish): Promise<{ id: string; status: InstanceStatus }> {
    const content: JsonObject = reason === undefined ? {} : { reason };
    const [outcome] = await this.inbox.insertInbox([
      { id: commandId ?? uuidv7(), instanceId: id, bucket: bucketOf(id), kind: 'cancel', content },
    ]);
    if (outcome?.outcome === 'unknown')
      throw new ApiProblem('INSTANCE_NOT_FOUND', `expected the id of an instance, but there is none with ${id}`);
    if (outcome?.outcome === 'ended')
      throw new ApiProblem('INSTANCE_ENDED', `expected an instance that has not ended, but ${id} is ${outcome.status}`);
    this.hints.send([id]);
    const [item] = await this.queries.byIds([id]);
    return { id, status: item?.status ?? 'cancelling' };
  }
}
