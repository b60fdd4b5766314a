import type { Pool } from 'pg';
import { InvalidCursor } from '../connections/cursor.js';
import { NOW_MS } from '../connections/database-clock.js';
import type { Json } from '#libs/engine';
import { receivedEvent, type KeyedEventRow } from './offer-event.js';

/** `waiting`: for the first who asks for its key. `unmatched`: nobody did, in time. */
export type KeyedEventStatus = 'waiting' | 'unmatched';

export interface KeyedEventPage {
  readonly status?: KeyedEventStatus;
  readonly name?: string;
  readonly key?: string;
  readonly cursor?: string;
  readonly limit: number;
}

export interface KeyedEventItem {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly payload: Json;
  readonly note?: string;
  readonly status: KeyedEventStatus;
  readonly receivedAt: number;
  readonly expiresAt: number;
}

type Row = KeyedEventRow & { readonly no: number };

export const keyedEventList = {
  name: 'list_keyed_events',
  text: `SELECT e.no, e.tenant, e.id, e.name, e.key, e.payload, e.note, e.received_at AS at, e.expires_at AS "expiresAt",
  e.expires_at <= ${NOW_MS} AS "isExpired"
FROM workflow_keyed_events e
WHERE e.tenant = $1 AND e.status = 'kept' AND e.no > $2 AND ($3::boolean IS NULL OR (e.expires_at <= ${NOW_MS}) = $3)
  AND ($4::text IS NULL OR e.name = $4) AND ($5::text IS NULL OR e.key = $5)
ORDER BY e.no LIMIT $6`,
} as const;

/** @throws InvalidCursor */
export async function listKeyedEvents(
  pool: Pool,
  tenant: string,
  { status, name, key, cursor, limit }: KeyedEventPage,
): Promise<{ items: KeyedEventItem[]; next: string | null }> {
  const isExpired = status === undefined ? null : status === 'unmatched';
  const after = cursor === undefined ? 0 : readPlace(cursor);
  const { rows } = await pool.query<Row>({
    ...keyedEventList,
    values: [tenant, after, isExpired, name ?? null, key ?? null, limit + 1],
  });
  const page = rows.slice(0, limit);
  return { items: page.map(itemOf), next: rows.length > limit ? writePlace(page.at(-1)!.no) : null };
}

function itemOf(row: Row): KeyedEventItem {
  const { id, name, payload, at, note } = receivedEvent(row);
  const status = row.isExpired ? 'unmatched' : 'waiting';
  return {
    id,
    name,
    key: row.key,
    payload,
    ...(note !== undefined && { note }),
    status,
    receivedAt: at,
    expiresAt: row.expiresAt,
  };
}

const writePlace = (no: number): string => Buffer.from(`events ${no}`).toString('base64url');

function readPlace(cursor: string): number {
  const found = /^events (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (found === null) throw new InvalidCursor(cursor);
  return Number(found[1]);
}
