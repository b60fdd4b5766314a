import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { bucketOf } from '#libs/contracts';
import { canonicalJson, storable, type InstanceId, type Json, type JsonObject, type RejectionReason } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { dataFault } from '../events/sql-faults.js';
import { InboxDoor, type InboxOutcome } from '../instances/inbox-door.js';
import { listKeyedEvents, type KeyedEventItem, type KeyedEventPage } from './event-list.js';
import { eventBucket, eventLocks } from './key-address.js';
import { insertKeyedEvent, offerOutcomes } from './key-statements.js';
import { offerTo, readEvent, subscribersFor, type KeyedEventRow } from './offer-event.js';

export const DEFAULT_EVENT_TTL_MS = 24 * 3_600_000;
const UNIQUE = '23505';
const tooMany = 'tooManyEvents' satisfies RejectionReason;

export interface NewEvent {
  readonly name: string;
  readonly payload: Json;
  /** The sender's own: the same id is taken once. */
  readonly id?: string;
}

export interface NewKeyedEvent extends NewEvent {
  readonly tenant: string;
  readonly key: string;
  /** How long it is kept for its first subscriber; 0: not at all. */
  readonly ttlMs?: number;
}

/**
 * `matched`: somebody took it. `kept`: nobody yet, it waits for its time. `dropped`: nobody, and it does not wait.
 * `offered`: it lies in the inboxes of `instances`, whose owners have not all decided.
 */
export interface KeyedOutcome {
  readonly id: string;
  readonly outcome: 'matched' | 'kept' | 'dropped' | 'offered';
  readonly instances: readonly InstanceId[];
}

/** Where events come in: to an instance, or to whoever waits for a key. Durable when this returns; a hint only makes it quicker. */
export class EventDoor {
  private readonly inbox: InboxDoor;

  constructor(private readonly pool: Pool) {
    this.inbox = new InboxDoor(pool);
  }

  /** The owner decides; see `inboxOf` for the row its outcome is found under. */
  async deliverToInstance(instanceId: InstanceId, event: NewEvent): Promise<InboxOutcome & { readonly id: string }> {
    const { name, id = uuidv7() } = event;
    const { value: payload, note } = storable(event.payload);
    // when it came is known when it is stored: the owner takes it from the row
    const content = { type: 'event', event: { id, name, payload, ...(note !== undefined && { note }) } } as JsonObject;
    const row = { ...this.inboxOf(instanceId, id), bucket: bucketOf(instanceId), kind: 'event' as const, content };
    const [outcome] = await this.inbox.insertInbox([row]);
    // Refused only because too many were kept then: its sender was told to try again.
    if (outcome?.outcome === 'existing' && outcome.applied === tooMany) await this.inbox.reopen(row, tooMany);
    return { ...outcome!, id };
  }

  inboxOf(instanceId: InstanceId, eventId: string): { instanceId: InstanceId; id: string } {
    return { instanceId, id: `event/${eventId}` };
  }

  /**
   * Goes to every instance that waits now, or is kept.
   * @throws DataFault when a value cannot be stored
   */
  async deliverByKey(event: NewKeyedEvent): Promise<KeyedOutcome> {
    const id = event.id ?? uuidv7();
    try {
      const stored = await inTransaction(this.pool, (client) => this.store(client, { ...event, id }));
      return stored ?? (await this.outcome(event.tenant, id))!;
    } catch (error) {
      const isTwin = error instanceof DatabaseError && error.code === UNIQUE; // the same id, at the same moment, by another key
      if (isTwin) return (await this.outcome(event.tenant, id))!;
      throw dataFault(error) ?? error;
    }
  }

  /** @returns undefined when this id came before */
  private async store(client: PoolClient, event: NewKeyedEvent & { id: string }): Promise<KeyedOutcome | undefined> {
    const { tenant, id, name, key, ttlMs = DEFAULT_EVENT_TTL_MS } = event;
    await client.query(`BEGIN; ${eventLocks([event])}`);
    if ((await readEvent(client, tenant, id)) !== undefined) {
      await client.query('COMMIT');
      return undefined;
    }
    const subscribers = await subscribersFor(client, event);
    const outcome = subscribers.length > 0 ? 'offered' : ttlMs > 0 ? 'kept' : 'dropped';
    const { value: payload, note } = storable(event.payload);
    const values = [tenant, id, name, key, eventBucket(event), canonicalJson(payload), note ?? null, outcome, ttlMs];
    const { rows } = await client.query<{ at: number }>({ ...insertKeyedEvent, values });
    const received = { id, name, key, payload, at: rows[0]!.at, ...(note !== undefined && { note }) };
    if (subscribers.length > 0) await offerTo(client, tenant, received, subscribers);
    await client.query('COMMIT');
    return { id, outcome, instances: subscribers.map(({ instanceId }) => instanceId) };
  }

  /** What has become of an event by key so far; undefined: there is none (any more). */
  async outcome(tenant: string, id: string): Promise<KeyedOutcome | undefined> {
    const event = await readEvent(this.pool, tenant, id);
    if (event === undefined) return undefined;
    if (event.status === 'kept' || event.status === 'dropped') return { id, outcome: event.status, instances: [] };
    const decided = await this.offerOutcomes(event);
    const taken = decided.filter(({ outcome }) => outcome === 'matched' || outcome === 'kept');
    const open = decided.filter(({ outcome }) => outcome === null);
    if (open.length > 0) return { id, outcome: 'offered', instances: [...taken, ...open].map(({ instanceId }) => instanceId) };
    const outcome = taken.length > 0 ? 'matched' : 'kept';
    return { id, outcome, instances: taken.map(({ instanceId }) => instanceId) };
  }

  private async offerOutcomes(event: KeyedEventRow): Promise<{ instanceId: InstanceId; outcome: string | null }[]> {
    const values = [plainArray(event.offeredTo), textArray(event.offers)];
    return (await this.pool.query({ ...offerOutcomes, values })).rows as { instanceId: InstanceId; outcome: string | null }[];
  }

  /** Kept events, oldest first: those whose time is not over, or those that matched nothing. */
  list(tenant: string, page: KeyedEventPage): Promise<{ items: KeyedEventItem[]; next: string | null }> {
    return listKeyedEvents(this.pool, tenant, page);
  }
}
