import type { Pool, PoolClient } from 'pg';
import { bucketOf } from '#libs/contracts';
import type { InstanceId, Json, ReceivedEvent } from '#libs/engine';
import { plainArray, textArray } from '../connections/pg-array.js';
import type { EventAddress } from './key-address.js';
import { offerContent, offerId, offeredSubscriptions } from './key-rows.js';
import { jsonOr } from '../payloads/spoilt.js';
import { Payloads, writeStored } from '../payloads/stored-json.js';
import { keyedEvent, offerEvent, subscribersOf } from './key-statements.js';

/** Row of `workflow_keyed_events`. */
export interface KeyedEventRow extends EventAddress {
  readonly id: string;
  readonly payload: string;
  readonly note: string | null;
  readonly at: number;
  readonly status: 'offered' | 'matched' | 'kept' | 'dropped';
  readonly expiresAt: number;
  readonly isExpired: boolean;
  readonly offeredTo: InstanceId[];
  readonly offers: string[];
}

export interface Subscriber {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly seq: number;
}

export async function readEvent(client: Pool | PoolClient, tenant: string, id: string): Promise<KeyedEventRow | undefined> {
  return (await client.query<KeyedEventRow>({ ...keyedEvent, values: [tenant, id] })).rows[0];
}

/** Those who wait now and have not been offered it yet; one wait an instance. Under the lock of the key. */
export async function subscribersFor(
  client: PoolClient,
  { tenant, name, key }: EventAddress,
  had: { offeredTo: readonly string[]; offers: readonly string[] } = { offeredTo: [], offers: [] },
): Promise<Subscriber[]> {
  const offered = textArray(offeredSubscriptions(had.offeredTo, had.offers));
  return (await client.query<Subscriber>({ ...subscribersOf, values: [tenant, name, key, offered] })).rows;
}

/** Writes the inbox rows by which the event comes to them. */
export async function offerTo(
  client: PoolClient,
  tenant: string,
  event: ReceivedEvent,
  subscribers: readonly (Pick<Subscriber, 'instanceId'> & { path?: string; seq: number | string })[],
): Promise<void> {
  const ids = subscribers.map(({ instanceId }) => instanceId);
  const payloads = new Payloads();
  const values = [
    tenant,
    event.id,
    plainArray(ids),
    textArray(subscribers.map(({ seq }) => offerId(event.id, seq))),
    plainArray(ids.map(bucketOf)),
    textArray(subscribers.map(({ instanceId, path }) => writeStored(instanceId, offerContent(event, path), payloads))),
  ];
  await client.query({ ...offerEvent, values: [...values, ...payloads.values] });
}

export const receivedEvent = ({
  id,
  name,
  key,
  payload,
  note,
  at,
}: Pick<KeyedEventRow, 'id' | 'name' | 'key' | 'payload' | 'note' | 'at'>): ReceivedEvent => ({
  id,
  name,
  key,
  payload: jsonOr<Json>(payload, () => true, null),
  at,
  ...(note !== null && { note }),
});
