import { NOW_MS } from '../connections/database-clock.js';

export const heldCount = {
  name: 'lock_held',
  text: `SELECT count(*)::int AS count, coalesce(min(holders_at_most), 2147483647) AS "limit" FROM workflow_lock_requests
WHERE tenant = $1 AND key = $2 AND fence IS NOT NULL`,
} as const;

export const waitingFor = {
  name: 'lock_waiting',
  text: `SELECT instance_id AS "instanceId", path, token, holders_at_most AS "limit" FROM workflow_lock_requests
WHERE tenant = $1 AND key = $2 AND fence IS NULL ORDER BY no LIMIT $3`,
} as const;

/**
 * A request that a batch is just withdrawing is passed over (its row is locked): that batch has the key looked at again, and the sweep does
 * when it fails. A grant that a batch is just giving back still counted as held: what is not committed is not free.
 * Only grants set a fence, and they take turns: a condition on it would but invite a scan of a partial index.
 * The fence goes into the content of the inbox row.
 */
export const grantRequests = {
  name: 'grant_locks',
  text: `WITH next AS (
  SELECT r.instance_id, r.path, r.token, u.bucket, u.content
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::smallint[], $5::text[]) AS u(instance_id, path, token, bucket, content)
  JOIN workflow_lock_requests r ON r.instance_id = u.instance_id AND r.path = u.path AND r.token = u.token
  ORDER BY r.no FOR UPDATE OF r SKIP LOCKED),
granted AS (
  UPDATE workflow_lock_requests AS r SET fence = nextval('workflow_arrivals'), granted_at = ${NOW_MS}
  FROM next n WHERE r.instance_id = n.instance_id AND r.path = n.path AND r.token = n.token
  RETURNING r.instance_id, r.token, n.bucket, n.content, r.fence)
INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
SELECT g.instance_id, 'lock/' || g.token, g.bucket, 'lockGranted', '{"fence":' || g.fence || ',' || substr(g.content, 2), ${NOW_MS}
FROM granted g ON CONFLICT DO NOTHING RETURNING instance_id AS id`,
} as const;

export const lockHolders = {
  name: 'lock_holders',
  text: `SELECT instance_id AS "instanceId", path, fence, granted_at AS "grantedAt" FROM workflow_lock_requests
WHERE tenant = $1 AND key = $2 AND fence IS NOT NULL ORDER BY fence`,
} as const;

/** Keys whose first request finds room. */
export const grantable = {
  name: 'lock_grantable',
  text: `SELECT tenant, key FROM (
  SELECT DISTINCT ON (r.tenant, r.key) r.tenant, r.key, r.holders_at_most FROM workflow_lock_requests r
  WHERE r.fence IS NULL AND r.bucket >= $1 AND r.bucket < $2 ORDER BY r.tenant, r.key, r.no) first
WHERE (
  SELECT count(*) < least(first.holders_at_most, min(h.holders_at_most)) FROM workflow_lock_requests h WHERE h.tenant = first.tenant AND h.key = first.key AND h.fence IS NOT NULL)
LIMIT $3`,
} as const;
