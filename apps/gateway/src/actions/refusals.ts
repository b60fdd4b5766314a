import { Injectable } from '@nestjs/common';
import { type InboxMessage, type InstanceId, isEnded, type RejectionReason } from '#libs/engine';
import { InstanceQueries } from '#libs/persistence';
import { ApiProblem, fault } from '../http/api-problem.js';
import { InstanceViews } from '../instances/instance-views.js';

export const unknownInstance = (id: string): ApiProblem =>
  new ApiProblem('INSTANCE_NOT_FOUND', `expected the id of an instance, but there is none with ${id}`);

/** What an owner's refusal means for the one who asked: a problem that says how things are and what would be possible. */
@Injectable()
export class Refusals {
  constructor(
    private readonly queries: InstanceQueries,
    private readonly views: InstanceViews,
  ) {}

  /** @param outcome of the inbox row: a rejection of the engine, or a newer one this gateway does not know */
  async of(id: InstanceId, message: InboxMessage, outcome: string): Promise<ApiProblem> {
    switch (outcome as RejectionReason) {
      case 'alreadyEnded':
        return this.ended(id);
      case 'unknownStep':
        return unknownStep(id, 'path' in message ? (message.path ?? '') : '');
      case 'unknownAsk':
        return unknownAsk(id, 'name' in message ? message.name : '');
      case 'invalidAnswer':
        return new ApiProblem('ANSWER_INVALID', 'expected an answer that fits what is asked, but it does not', {
          errors: [fault('ANSWER_INVALID', '/value', 'does not fit', 'read what is asked: GET /api/v1/asks')],
        });
      case 'tooManyEvents':
        return new ApiProblem(
          'TOO_MANY_EVENTS',
          'expected an instance that can keep one more event, but it keeps 1,000 (or 1 MiB) that nobody has waited for',
          { headers: { 'retry-after': '5' } },
        );
      case 'notOpen':
        if (message.type === 'answerAsk' || message.type === 'claimAsk' || message.type === 'reassignAsk')
          return new ApiProblem(
            'ASK_NOT_OPEN',
            `expected an ask that is open, but "${message.name}" has been answered or is over`,
          );
        return this.notPossible(id, message);
      case 'alreadyClaimed':
        return claimed(id, 'name' in message ? message.name : '');
      default:
        return this.notPossible(id, message);
    }
  }

  private async ended(id: InstanceId): Promise<ApiProblem> {
    const status = await this.statusOf(id);
    const words = `expected an instance that has not ended, but ${id} is ${status}`;
    return new ApiProblem('INSTANCE_ENDED', words, { errors: [fault('INSTANCE_ENDED', '', words, 'start or restart one')] });
  }

  private async notPossible(id: InstanceId, message: InboxMessage): Promise<ApiProblem> {
    const status = await this.statusOf(id);
    const step = 'path' in message && message.path !== undefined ? (await this.views.get(id)).steps.get(message.path) : undefined;
    const found =
      'path' in message && message.path !== undefined
        ? `step ${message.path} is ${step?.status ?? 'pending'} and its instance ${status}`
        : `${id} is ${status}`;
    const words = `expected ${wanted[message.type] ?? 'another state'}, but ${found}`;
    const path = 'path' in message ? '/path' : '';
    return new ApiProblem('ACTION_NOT_POSSIBLE', words, {
      errors: [fault('ACTION_NOT_POSSIBLE', path, words, hintFor(message.type, isEnded(status)))],
    });
  }

  private async statusOf(id: InstanceId) {
    const [head] = await this.queries.byIds([id]);
    if (head === undefined) throw unknownInstance(id);
    return head.status;
  }
}

export const unknownStep = (id: string, path: string): ApiProblem => {
  const words = `expected the path of a step, but ${id} has none with ${JSON.stringify(path.slice(0, 100))}`;
  return new ApiProblem('STEP_NOT_FOUND', words, {
    errors: [fault('STEP_NOT_FOUND', '/path', words, `its steps: GET /api/v1/instances/${id}/steps`)],
  });
};

export const unknownAsk = (id: string, name: string): ApiProblem =>
  new ApiProblem(
    'ASK_NOT_FOUND',
    `expected the name of something ${id} asks, but it asks nothing named ${JSON.stringify(name.slice(0, 100))}`,
  );

const claimed = (id: string, name: string): ApiProblem => {
  const words = `expected an ask that nobody else has claimed, but somebody has claimed ${JSON.stringify(name)}`;
  return new ApiProblem('ACTION_NOT_POSSIBLE', words, {
    errors: [fault('ACTION_NOT_POSSIBLE', '/by', words, `who: GET /api/v1/asks?instance=${id}; a reassign frees it`)],
  });
};

/** What each action needs. */
const wanted: Partial<Record<InboxMessage['type'], string>> = {
  cancel: 'an instance that is not being ended already',
  pause: 'an instance that is running or waiting',
  resume: 'an instance that is paused',
  retry: 'a failed or timed-out instance that was not compensated',
  retryStep: 'a failed or cancelled step, or one that waits for its next attempt',
  skipStep: 'a step that has not completed',
  completeStep: 'a step that waits, or a block that is open',
  cancelStep: 'a step that has not ended',
};

function hintFor(type: InboxMessage['type'], hasEnded: boolean): string | undefined {
  if (type === 'cancel' || type === 'pause' || type === 'resume') return undefined;
  return hasEnded ? 'restart makes a new instance and keeps earlier outputs' : undefined;
}
