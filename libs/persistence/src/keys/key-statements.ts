import { NOW_MS } from '../connections/database-clock.js';
import { insertPayloads } from '../payloads/payload-statements.js';

/** So many kept events of one name and key are offered to a new wait; what lies behind them waits for the next. */
const KEPT_LOOKED_AT = 1_000;

/** Kept for any of these names and keys, in order of arrival. */
export const keptFor = {
  name: 'kept_for',
  text: `SELECT e.tenant, e.id, e.name, e.key, e.payload, e.note, e.received_at AS at
FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS a(tenant, name, key)) u
CROSS JOIN LATERAL (
  SELECT * FROM workflow_keyed_events k WHERE k.tenant = u.tenant AND k.name = u.name AND k.key = u.key AND k.status = 'kept'
  ORDER BY k.no LIMIT ${KEPT_LOOKED_AT}) e
WHERE e.expires_at > ${NOW_MS}
ORDER BY e.no`,
} as const;

/** The oldest wait of each instance that an event by key may go to. `$4`: offers it has had already. */
export const subscribersOf = {
  name: 'subscribers_of',
  text: `SELECT DISTINCT ON (s.instance_id) s.instance_id AS "instanceId", s.path, s.seq, s.since FROM workflow_subscriptions s
WHERE s.tenant = $1 AND s.name = $2 AND s.key = $3 AND NOT s.instance_id || '/' || s.seq = ANY ($4::text[])
ORDER BY s.instance_id, s.seq`,
} as const;

export const keyedEvent = {
  name: 'keyed_event',
  text: `SELECT e.tenant, e.id, e.name, e.key, e.payload, e.note, e.received_at AS at, e.status, e.expires_at AS "expiresAt",
  e.expires_at <= ${NOW_MS} AS "isExpired", e.offered_to AS "offeredTo", e.offers
FROM workflow_keyed_events e WHERE e.tenant = $1 AND e.id = $2`,
} as const;

/** `status` is `offered`, `kept` or `dropped`. */
export const insertKeyedEvent = {
  name: 'insert_keyed_event',
  text: `INSERT INTO workflow_keyed_events AS e (tenant, id, no, name, key, bucket, payload, note, status, received_at, expires_at)
SELECT $1, $2, nextval('workflow_arrivals'), $3, $4, $5, $6, $7, $8, now, now + $9 FROM (SELECT ${NOW_MS} AS now) clock
RETURNING e.received_at AS at`,
} as const;

/** Adds offers to an event, and the inbox rows by which it comes. An instance that has ended meanwhile has no subscription any more. */
export const offerEvent = {
  name: 'offer_event',
  text: `WITH rows AS (
  INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
  SELECT u.instance_id, u.id, u.bucket, 'event', u.content, ${NOW_MS}
  FROM unnest($3::uuid[], $4::text[], $5::smallint[], $6::text[]) AS u(instance_id, id, bucket, content)
  ORDER BY u.instance_id, u.id ON CONFLICT DO NOTHING),
big AS (${insertPayloads(7, 'true')})
UPDATE workflow_keyed_events AS e SET status = 'offered', offered_to = e.offered_to || $3::uuid[], offers = e.offers || $4::text[]
WHERE e.tenant = $1 AND e.id = $2`,
} as const;

export const setEventStatus = {
  name: 'set_event_status',
  text: `UPDATE workflow_keyed_events SET status = $3 WHERE tenant = $1 AND id = $2`,
} as const;

/** Offered events of a range of buckets whose owners have decided at least so far that something is to be done. */
export const decidedOffers = {
  name: 'decided_offers',
  text: `SELECT e.tenant, e.id, e.name, e.key, a.taken > 0 AS "isTaken", a.declined > 0 AS "isDeclined"
FROM (SELECT * FROM workflow_keyed_events k WHERE k.status = 'offered' AND k.bucket >= $1 AND k.bucket < $2 ORDER BY k.bucket, k.no LIMIT $3) e
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE i.instance_id IS NULL OR i.applied_seq IS NULL) AS waiting,
    count(*) FILTER (WHERE i.outcome IN ('matched', 'kept')) AS taken,
    count(*) FILTER (WHERE i.applied_seq IS NOT NULL AND i.outcome NOT IN ('matched', 'kept')) AS declined
  FROM unnest(e.offered_to, e.offers) AS o(instance_id, id)
  LEFT JOIN workflow_inbox i ON i.instance_id = o.instance_id AND i.id = o.id) a
WHERE a.waiting = 0`,
} as const;

/** What the instances an event was offered to made of it. */
export const offerOutcomes = {
  name: 'offer_outcomes',
  text: `SELECT o.instance_id AS "instanceId", i.outcome FROM unnest($1::uuid[], $2::text[]) AS o(instance_id, id)
LEFT JOIN workflow_inbox i ON i.instance_id = o.instance_id AND i.id = o.id`,
} as const;

export const matchEvents = {
  name: 'match_events',
  text: `UPDATE workflow_keyed_events AS e SET status = CASE e.status WHEN 'offered' THEN 'matched' ELSE e.status END
FROM unnest($1::text[], $2::text[]) AS u(tenant, id) WHERE e.tenant = u.tenant AND e.id = u.id`,
} as const;

export const statusOfInstance = {
  name: 'status_of_instance',
  text: `SELECT status FROM workflow_instances WHERE id = $2 AND tenant = $1`,
} as const;
