import { Inject, Injectable } from '@nestjs/common';
import { bucketOf, defaultTenant, exchanges } from '#libs/contracts';
import type { Effect, EmittedEvent, InboxMessage, InstanceId, Json, JsonObject } from '#libs/engine';
import { MessageTooLargeError, TRANSPORT, type OutgoingMessage, type Transport } from '#libs/messaging';
import { DataFault, EventDoor, InboxDoor } from '#libs/persistence';
import { crashPoint } from '#libs/platform';

export type EmitEffect = Extract<Effect, { kind: 'emit' }>;

/** `answered`: the answer lies in the inbox of the instance; `told` are instances that have something new. `again`: try later. */
export type EmitOutcome = { readonly outcome: 'answered'; readonly told: readonly InstanceId[] } | { readonly outcome: 'again' };

type Answer = Extract<InboxMessage, { type: 'emitted' | 'emitFailed' }>;

/** What others may publish to of ours: the rest belongs to our own processes. */
const open: ReadonlySet<string> = new Set([exchanges.commands, exchanges.events]);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Does what an `emit` step asks for, and answers through the inbox. An event carries an id made of the instance and the token, so
 * repeating it does nothing; a message may come twice, with the same message id.
 */
@Injectable()
export class Emitter {
  constructor(
    private readonly events: EventDoor,
    private readonly inbox: InboxDoor,
    @Inject(TRANSPORT) private readonly transport: Transport,
  ) {}

  async emit(instanceId: InstanceId, effect: EmitEffect, tenant = defaultTenant): Promise<EmitOutcome> {
    const { path, token, event, message } = effect;
    const id = `${instanceId}:${token}`;
    const told: InstanceId[] = [];
    const done = event ? await this.deliver(tenant, id, event, told) : await this.publish(id, message ?? {});
    if (done === 'again') return { outcome: 'again' };
    crashPoint('emit.delivered');
    const answer = { ...done, path, token } as Answer;
    const content = answer as unknown as JsonObject;
    await this.inbox.insertInbox([{ id: `emit/${token}`, instanceId, bucket: bucketOf(instanceId), kind: answer.type, content }]);
    crashPoint('emit.answered');
    return { outcome: 'answered', told: [...told, instanceId] };
  }

  /** `matched`: how many instances it was handed to. Nobody there is no failure. */
  private async deliver(tenant: string, id: string, event: EmittedEvent, told: InstanceId[]): Promise<object> {
    try {
      const { name, payload, key, instance } = event;
      if (key !== undefined) {
        const { outcome, instances } = await this.events.deliverByKey({ tenant, name, key, payload, id });
        told.push(...instances);
        return emitted({ matched: instances.length, kept: outcome === 'kept' });
      }
      const receiver = String(instance).toLowerCase() as InstanceId;
      if (!uuid.test(receiver)) return refused(`expected the id of an instance, but was "${receiver}"`);
      const { outcome } = await this.events.deliverToInstance(receiver, { name, payload, id });
      const isThere = outcome === 'stored' || outcome === 'existing';
      if (isThere) told.push(receiver);
      return emitted({ matched: isThere ? 1 : 0, kept: false });
    } catch (error) {
      if (error instanceof DataFault) return refused(error.message);
      throw error;
    }
  }

  private async publish(id: string, message: JsonObject): Promise<object | 'again'> {
    const { exchange, routingKey } = message as { exchange: string; routingKey: string };
    const isOurs = exchange === '' ? routingKey.startsWith('orquestra.') : exchange.startsWith('orquestra.');
    if (isOurs && !open.has(exchange))
      return refused(`${exchange || routingKey} belongs to OrquestraX itself; emit to an exchange of yours`);
    if (this.transport.state !== 'connected') return 'again';
    if (!(await this.transport.hasExchange(exchange))) return refused(`there is no exchange "${exchange}" at the broker`);
    try {
      const [outcome] = await this.transport.publish([outgoing(id, message)]);
      if (outcome === 'confirmed') return emitted(null);
      return outcome === 'unconfirmed'
        ? 'again'
        : refused(`no queue takes messages of exchange "${exchange}" with the key "${routingKey}"`);
    } catch (error) {
      if (error instanceof MessageTooLargeError) return refused(error.message);
      throw error;
    }
  }
}

const emitted = (output: Json): object => ({ type: 'emitted', output });
const refused = (message: string): object => ({
  type: 'emitFailed',
  failure: { code: 'EMIT_REFUSED', message, retryable: false },
});

function outgoing(id: string, { exchange, routingKey, headers, body }: JsonObject): OutgoingMessage {
  const plain = Object.entries((headers ?? {}) as JsonObject).map(([name, value]) => [
    name,
    isPlain(value) ? value : JSON.stringify(value),
  ]);
  return {
    exchange: exchange as string,
    routingKey: routingKey as string,
    headers: Object.fromEntries(plain) as Record<string, string>,
    content: Buffer.from(JSON.stringify(body ?? null)),
    messageId: id,
    mandatory: true,
  };
}

const isPlain = (value: Json): boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
