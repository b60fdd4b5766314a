import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type MessageTrigger, passesFilter } from '#libs/engine';
import type { Delivery } from '#libs/messaging';
import type { TriggerRow } from '#libs/persistence';
import { ApiProblem } from '../http/api-problem.js';
import { Once, type OnceAnswer } from '../http/once.js';
import { messageKeyOf } from '../messages/message-key.js';
import { CompiledTriggers } from '../triggers/compiled-triggers.js';
import { type Fired, mappingFailed, TriggerTarget } from '../triggers/trigger-target.js';
import { fingerprintOf, type MessageRoot, openForTrigger, type OpenedMessage } from './message-root.js';

export type MessageRow = TriggerRow & { readonly kind: 'message' };

/** `passedBy`: the filter lets it go by. */
export type Received = { readonly outcome: 'passedBy' } | Omit<Fired, 'status'>;

/** What a trigger makes of a message; however often it comes, once. */
@Injectable()
export class MessageReceiver {
  constructor(
    private readonly compiled: CompiledTriggers,
    private readonly target: TriggerTarget,
    private readonly once: Once,
  ) {}

  /** @throws ApiProblem what cannot be read, MAPPING_FAILED, and what a start is refused for */
  async receive(row: MessageRow, delivery: Delivery, traceId: string): Promise<Received> {
    const trigger = this.compiled.of(row);
    const message = openForTrigger(delivery);
    if (!passes(trigger, message)) return { outcome: 'passedBy' };
    return firedOf(await this.answer(row, trigger, delivery, message, traceId));
  }

  /**
   * One that was refused before, or at which we failed, handled anew.
   * @param key  its name; another one than before if it has done nothing
   * @throws ApiProblem as `receive`
   */
  async again(row: MessageRow, delivery: Delivery, key: string, traceId: string): Promise<Received> {
    const trigger = this.compiled.of(row);
    const { root } = openForTrigger(delivery);
    if (!passes(trigger, { root, id: undefined })) return { outcome: 'passedBy' };
    await this.once.reopenRefusal(key);
    return firedOf(await this.run(row.name, trigger, root, { key, traceId }));
  }

  /**
   * One without an id is known by all that it is; since two may be alike, only what the broker says was delivered before counts as the
   * same one.
   */
  private async answer(
    { name }: MessageRow,
    trigger: MessageTrigger,
    delivery: Delivery,
    { root, id }: OpenedMessage,
    traceId: string,
  ): Promise<OnceAnswer> {
    const run = (key: string): Promise<OnceAnswer> => this.run(name, trigger, root, { key, traceId });
    const key = onceKeyOf(name, id, () => fingerprintOf(delivery));
    if (id !== undefined || delivery.redelivered) return run(key);
    const first = await run(key).catch(orInUse);
    return first?.isReplay === false ? first : run(`${key} ${uuidv7()}`);
  }

  private run(
    name: string,
    trigger: MessageTrigger,
    root: MessageRoot,
    request: { readonly key: string; readonly traceId: string },
  ): Promise<OnceAnswer> {
    return this.once.run({ ...request, hash: 'message' }, async (subject) => {
      const { status, ...fired } = await this.target.fire({ name, trigger }, { message: root }, root.body, subject);
      return { status, body: JSON.stringify(fired) };
    });
  }
}

/** @throws ApiProblem that it was refused with, now or before */
function firedOf({ status, body }: OnceAnswer): Received {
  if (status < 400) return JSON.parse(body) as Received;
  const { code, detail } = JSON.parse(body) as { code: ApiProblem['code']; detail: string };
  throw new ApiProblem(code, detail);
}

/** One that is alike is being handled at this moment. */
function orInUse(error: unknown): undefined {
  if (error instanceof ApiProblem && error.code === 'IDEMPOTENCY_KEY_IN_USE') return undefined;
  throw error;
}

function passes(trigger: MessageTrigger, { root }: OpenedMessage): boolean {
  const verdict = passesFilter(trigger, root, Date.now());
  if ('passes' in verdict) return verdict.passes;
  throw mappingFailed('the filter', verdict.failure);
}

/** Names what a message makes its trigger do. @param id of the message; absent: its fingerprint stands for it */
export const onceKeyOf = (trigger: string, id: string | undefined, fingerprint: () => string): string =>
  id === undefined ? `trigger:${trigger}:sha256:${fingerprint()}` : messageKeyOf(`trigger:${trigger}`, id);

/** Names a message in an incident: a repeat of it is the same one. */
export function incidentKeyOf({ name }: MessageRow, delivery: Delivery): string {
  const { messageId } = delivery;
  return messageId ? messageKeyOf(name, messageId) : `${name}:${fingerprintOf(delivery)}`;
}
