import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { IdempotencyStore, type StoredAnswer } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { ApiProblem } from './api-problem.js';
import { classifyError } from './classify-error.js';

export interface OnceRequest {
  /** Names the request; of HTTP an Idempotency-Key, of AMQP the message_id with a prefix. */
  readonly key: string;
  /** Of everything the request asks for. */
  readonly hash: string;
  /** Names it in the problem that is kept when it is refused. */
  readonly traceId: string;
  /** The path that was asked, of HTTP. */
  readonly path?: string;
  /** Default true. false: a refusal has done nothing, and a repeat is judged anew. */
  readonly keepsRefusals?: boolean;
}

export type OnceAnswer = StoredAnswer & { readonly isReplay: boolean };

/** Does what a named request asks for once, and remembers the answer for 7 days: refusals too, unless they are passing; errors of ours not. */
@Injectable()
export class Once {
  constructor(private readonly store: IdempotencyStore) {}

  /**
   * @param act is handed the id minted by the first try; what it makes must follow from that id, so that a try that got through
   *            without its answer being kept is found by the next one
   * @throws ApiProblem IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_IN_USE, or what `act` throws
   */
  async run(request: OnceRequest, act: (subject: string) => Promise<StoredAnswer>): Promise<OnceAnswer> {
    const reservation = await this.store.reserve(request.key, request.hash, uuidv7());
    switch (reservation.outcome) {
      case 'replay':
        return { ...reservation.answer, isReplay: true };
      case 'reused':
        throw new ApiProblem(
          'IDEMPOTENCY_KEY_REUSED',
          'expected the request this key was first used for, but was another one; take a new key for each request',
        );
      case 'inProgress':
        throw new ApiProblem('IDEMPOTENCY_KEY_IN_USE', 'the first request with this key has not been answered yet; try again', {
          headers: { 'retry-after': '1' },
        });
      case 'reserved':
        crashPoint('once.reserved');
        return { ...(await this.perform(request, () => act(reservation.subject))), isReplay: false };
    }
  }

  /** What was refused is no longer remembered: the same request may be tried anew. */
  async forgetRefusal(key: string): Promise<void> {
    await this.store.forgetRefusal(key);
  }

  /** What was refused may be tried anew, with the id minted by the first try. */
  async reopenRefusal(key: string): Promise<void> {
    await this.store.reopenRefusal(key);
  }

  private async perform(
    { key, traceId, path, keepsRefusals = true }: OnceRequest,
    act: () => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> {
    try {
      const answer = await act();
      crashPoint('once.done');
      await this.store.answer(key, answer);
      crashPoint('once.kept');
      return answer;
    } catch (error) {
      const problem = classifyError(error);
      // Whether it was done is not known: the next try goes on with the same minted id.
      if (problem.status === 429 || (!keepsRefusals && problem.status < 500))
        await this.store.forget(key).catch(() => undefined); // nothing was done, and later it may be
      else if (problem.status >= 500) await this.store.release(key).catch(() => undefined);
      else await this.store.answer(key, { status: problem.status, body: JSON.stringify(problem.body(traceId, path)) });
      throw error;
    }
  }
}
