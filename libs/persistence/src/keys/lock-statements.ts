import { NOW_MS } from '../connections/database-clock.js';

/** Held: granted, and (a permit of a rate) not yet back. */
const isHeld = (alias: string): string =>
  `${alias}.fence IS NOT NULL AND (${alias}.free_at IS NULL OR ${alias}.free_at > ${NOW_MS})`;
/** Waits for its turn, and was not told to go. */
const waits = (alias: string): string => `${alias}.fence IS NULL AND ${alias}.displaced_at IS NULL`;
const keyIs = (alias: string): string => `${alias}.tenant = $1 AND ${alias}.key = $2`;

/** `rivals`: requests of which only the newest stay. `isImpatient`: somebody who waits would rather be refused. */
export const heldCount = {
  name: 'lock_held',
  text: `SELECT h.count, h."limit", h."nextFreeAt",
  (SELECT count(*)::int FROM workflow_lock_requests r WHERE ${keyIs('r')} AND r.on_limit = 'cancelOldest' AND r.displaced_at IS NULL) AS rivals,
  EXISTS (SELECT FROM workflow_lock_requests r WHERE ${keyIs('r')} AND r.on_limit = 'reject' AND ${waits('r')}) AS "isImpatient",
  EXISTS (SELECT FROM workflow_lock_requests r WHERE ${keyIs('r')} AND ${waits('r')}) AS "isAwaited"
FROM (
  SELECT count(*)::int AS count, coalesce(min(r.holders_at_most), 2147483647) AS "limit", min(r.free_at) AS "nextFreeAt"
  FROM workflow_lock_requests r WHERE ${keyIs('r')} AND ${isHeld('r')}) h`,
} as const;

/** Higher priority first, then in order of arrival. */
export const waitingFor = {
  name: 'lock_waiting',
  text: `SELECT r.instance_id AS "instanceId", r.path, r.token, r.holders_at_most AS "limit", r.on_limit AS "onLimit" FROM workflow_lock_requests r
WHERE ${keyIs('r')} AND ${waits('r')} ORDER BY r.rank, r.no LIMIT $3`,
} as const;

/** Requests of which only the newest stay, oldest first. */
export const rivalsOf = {
  name: 'lock_rivals',
  text: `SELECT r.instance_id AS "instanceId", r.path, r.token, r.holders_at_most AS "limit" FROM workflow_lock_requests r
WHERE ${keyIs('r')} AND r.on_limit = 'cancelOldest' AND r.displaced_at IS NULL ORDER BY r.no`,
} as const;

/** Parameters 1 to 3 name requests. */
const named = `SELECT r.instance_id, r.path, r.token, u.bucket, u.content, u.kind
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::smallint[], $5::text[], $6::text[]) AS u(instance_id, path, token, bucket, content, kind)
  JOIN workflow_lock_requests r ON r.instance_id = u.instance_id AND r.path = u.path AND r.token = u.token
  ORDER BY r.no FOR UPDATE OF r SKIP LOCKED`;
const isNamed = 'r.instance_id = n.instance_id AND r.path = n.path AND r.token = n.token';

/**
 * A request that a batch is just withdrawing is passed over (its row is locked): that batch has the key looked at again, and the sweep does
 * when it fails. A grant that a batch is just giving back still counted as held: what is not committed is not free.
 * Only grants set a fence, and they take turns: a condition on it would but invite a scan of a partial index.
 * The fence goes into the content of the inbox row.
 */
export const grantRequests = {
  name: 'grant_locks',
  text: `WITH next AS (${named}),
granted AS (
  UPDATE workflow_lock_requests AS r SET fence = nextval('workflow_arrivals'), granted_at = ${NOW_MS}
  FROM next n WHERE ${isNamed}
  RETURNING r.instance_id, r.token, n.bucket, n.content, n.kind, r.fence)
INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
SELECT g.instance_id, 'lock/' || g.token, g.bucket, g.kind, '{"fence":' || g.fence || ',' || substr(g.content, 2), ${NOW_MS}
FROM granted g ON CONFLICT DO NOTHING RETURNING instance_id AS id`,
} as const;

/** Those who would rather not wait: their requests are gone, and they are told. */
export const refuseRequests = {
  name: 'refuse_limits',
  text: `WITH refused AS (${named}),
gone AS (DELETE FROM workflow_lock_requests AS r USING refused n WHERE ${isNamed} RETURNING r.instance_id, r.token, n.bucket, n.content, n.kind)
INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
SELECT g.instance_id, 'lock/' || g.token, g.bucket, g.kind, g.content, ${NOW_MS} FROM gone g ON CONFLICT DO NOTHING RETURNING instance_id AS id`,
} as const;

/** Those who are told to go; they hold, or wait, until they have ended. */
export const displaceRequests = {
  name: 'displace_limits',
  text: `WITH oldest AS (${named}),
told AS (UPDATE workflow_lock_requests AS r SET displaced_at = ${NOW_MS} FROM oldest n WHERE ${isNamed}
  RETURNING r.instance_id, r.token, n.bucket, n.content, n.kind)
INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
SELECT t.instance_id, 'displaced/' || t.token, t.bucket, t.kind, t.content, ${NOW_MS} FROM told t ON CONFLICT DO NOTHING RETURNING instance_id AS id`,
} as const;

/** Permits that have come back, of a range of buckets. */
export const forgetPermits = {
  name: 'forget_permits',
  text: `DELETE FROM workflow_lock_requests AS r USING (
  SELECT p.instance_id, p.path, p.token FROM workflow_lock_requests p
  WHERE p.bucket >= $1 AND p.bucket < $2 AND p.free_at <= ${NOW_MS} ORDER BY p.bucket, p.free_at LIMIT $3 FOR UPDATE SKIP LOCKED) n
WHERE ${isNamed}`,
} as const;

export const lockHolders = {
  name: 'lock_holders',
  text: `SELECT instance_id AS "instanceId", path, fence, granted_at AS "grantedAt" FROM workflow_lock_requests
WHERE tenant = $1 AND key = $2 AND fence IS NOT NULL ORDER BY fence`,
} as const;

const firstAfter = (
  place: string,
): string => `SELECT r.bucket, r.tenant, r.key, r.holders_at_most, r.on_limit FROM workflow_lock_requests r
  WHERE ${waits('r')} AND r.bucket >= $1 AND r.bucket < $2 AND (r.bucket, r.tenant, r.key) > (${place})
  ORDER BY r.bucket, r.tenant, r.key, r.rank, r.no LIMIT 1`;

/**
 * Keys of a range of buckets that somebody waits for, behind a place, and whether something is to be done for them: its first request finds
 * room, or does not want to wait. Goes from key to key, however many wait for each.
 */
export const awaitedKeys = {
  name: 'lock_awaited',
  text: `WITH RECURSIVE keys AS (
  (${firstAfter('$4::smallint, $5::text, $6::text')})
  UNION ALL
  SELECT n.* FROM keys k CROSS JOIN LATERAL (${firstAfter('k.bucket, k.tenant, k.key')}) n)
SELECT k.bucket, k.tenant, k.key,
  k.on_limit = 'reject' IS TRUE
  OR (SELECT count(*) < least(k.holders_at_most, min(h.holders_at_most)) FROM workflow_lock_requests h WHERE h.tenant = k.tenant AND h.key = k.key AND ${isHeld('h')})
  OR (k.on_limit = 'cancelOldest' AND (SELECT count(*) > k.holders_at_most FROM workflow_lock_requests o
    WHERE o.tenant = k.tenant AND o.key = k.key AND o.on_limit = 'cancelOldest' AND o.displaced_at IS NULL)) IS TRUE AS "isDue"
FROM (SELECT * FROM keys LIMIT $3) k`,
} as const;
