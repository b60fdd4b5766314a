import type { Pool, PoolClient } from 'pg';
import type { InstanceId } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { eventLocks, type EventAddress } from './key-address.js';
import { decidedOffers, matchEvents, setEventStatus } from './key-statements.js';
import { offerTo, readEvent, receivedEvent, subscribersFor } from './offer-event.js';

interface DecidedRow extends EventAddress {
  readonly id: string;
  readonly isTaken: boolean;
}

/**
 * Brings offered events to an end: taken by somebody, or (when every wait they were offered to refused them, by its filter or because it had
 * just ended) offered to those who came since, or kept for whoever comes next.
 */
export class EventSettlement {
  constructor(private readonly pool: Pool) {}

  /** Events of keys in the buckets [from, to). @returns instances that have something new in their inbox */
  async settle(fromBucket: number, toBucket: number, limit: number): Promise<InstanceId[]> {
    const { rows } = await this.pool.query<DecidedRow>({ ...decidedOffers, values: [fromBucket, toBucket, limit] });
    const taken = rows.filter((row) => row.isTaken);
    if (taken.length > 0)
      await this.pool.query({ ...matchEvents, values: [taken.map((row) => row.tenant), taken.map((row) => row.id)] });
    const told: InstanceId[] = [];
    for (const row of rows) if (!row.isTaken) told.push(...(await inTransaction(this.pool, (client) => offerAgain(client, row))));
    return told;
  }
}

async function offerAgain(client: PoolClient, row: DecidedRow): Promise<InstanceId[]> {
  await client.query(`BEGIN; ${eventLocks([row])}`);
  const event = await readEvent(client, row.tenant, row.id);
  if (event?.status !== 'offered') {
    await client.query('COMMIT');
    return [];
  }
  const subscribers = event.isExpired ? [] : await subscribersFor(client, event, event);
  if (subscribers.length > 0) await offerTo(client, row.tenant, receivedEvent(event), subscribers);
  else {
    const status = event.expiresAt <= event.at ? 'dropped' : 'kept'; // without a time to live it is kept for nobody
    await client.query({ ...setEventStatus, values: [row.tenant, row.id, status] });
  }
  await client.query('COMMIT');
  return subscribers.map(({ instanceId }) => instanceId);
}
