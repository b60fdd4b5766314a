import type { PoolClient } from 'pg';
import { bucketOf } from '#libs/contracts';
import { textArray } from '../connections/pg-array.js';
import { commitStatement } from '../events/commit-statement.js';
import type { BatchCommit, NewInboxRow } from '../ports.js';
import { eventLocks, type EventAddress } from './key-address.js';
import { offerContent, offerId, type NewSubscription, type OfferedEvent } from './key-rows.js';
import type { WithOffers } from './key-sections.js';
import { keptFor } from './key-statements.js';
import { receivedEvent, type KeyedEventRow } from './offer-event.js';

type KeptRow = Pick<KeyedEventRow, 'tenant' | 'id' | 'name' | 'key' | 'payload' | 'note' | 'at'>;

/**
 * A batch that opens waits for events by key, inside a transaction: it locks their keys, gives each wait what is kept for it, and writes all
 * of it. Whoever delivers an event takes the same locks, so an event is either seen here as kept, or finds the subscription.
 */
export async function commitSubscribing(
  client: PoolClient,
  batch: BatchCommit,
  waits: readonly NewSubscription[],
): Promise<void> {
  const addresses = waits.flatMap(({ tenant, names, key }) => names.map((name) => ({ tenant, name, key })));
  await client.query(`BEGIN; ${eventLocks(addresses)}`);
  const kept = await readKept(client, addresses);
  const offered = waits.flatMap((wait) => offersFor(wait, kept));
  const inboxSent = [...(batch.inboxSent ?? []), ...offered.map(inboxOf)];
  const withOffers: WithOffers = { ...batch, inboxSent, offered };
  await client.query(commitStatement(withOffers));
  await client.query('COMMIT');
}

async function readKept(client: PoolClient, addresses: readonly EventAddress[]): Promise<KeptRow[]> {
  const values = (['tenant', 'name', 'key'] as const).map((part) => textArray(addresses.map((address) => address[part])));
  return (await client.query<KeptRow>({ ...keptFor, values })).rows;
}

const inboxOf = ({ instanceId, offer, event, path }: OfferedEvent): NewInboxRow => ({
  instanceId,
  id: offer,
  bucket: bucketOf(instanceId),
  kind: 'event',
  content: offerContent(event, path),
});

/** What one wait takes is gone for those after it. */
function offersFor(wait: NewSubscription, kept: KeptRow[]): OfferedEvent[] {
  const { tenant, names, key, instanceId, path, seq } = wait;
  const mine = kept.filter((row) => row.tenant === tenant && row.key === key && names.includes(row.name));
  if (mine.length === 0) return [];
  const ids = new Set(wait.choose(mine.map(receivedEvent)).map((event) => event.id));
  const taken = mine.filter((row) => ids.has(row.id));
  for (const row of taken) kept.splice(kept.indexOf(row), 1);
  return taken.map((row) => ({
    tenant,
    event: receivedEvent(row),
    instanceId,
    path,
    offer: offerId(row.id, seq),
  }));
}
