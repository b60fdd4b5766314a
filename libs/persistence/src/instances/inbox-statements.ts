import { endedInstanceStatuses } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { insertPayloads } from '../payloads/payload-statements.js';
import type { InboxKind } from '../ports.js';

/** What wakes an instance that has ended: an operator's retry, of the whole or of one step. */
const reopening = ['retry', 'retryStep', 'skipStep'] as const satisfies InboxKind[];

/** Only for instances that have not ended, or are to be re-opened; a row of the same id is left alone. */
export const insertInbox = {
  name: 'insert_inbox',
  text: `WITH stored AS (INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
SELECT u.instance_id, u.id, i.bucket, u.kind, u.content, ${NOW_MS}
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS u(instance_id, id, kind, content)
JOIN workflow_instances i ON i.id = u.instance_id
  AND (i.status <> ALL ('{${[...endedInstanceStatuses].join(',')}}'::text[]) OR u.kind = ANY ('{${reopening.join(',')}}'::text[]))
ORDER BY u.instance_id, u.id
ON CONFLICT DO NOTHING
RETURNING instance_id, id),
kept AS (${insertPayloads(5, 'p.instance_id IN (SELECT instance_id FROM stored)')})
SELECT instance_id AS "instanceId", id FROM stored`,
} as const;

/** What became of rows that were not stored. */
export const findInbox = {
  name: 'find_inbox',
  text: `SELECT u.place, b.id IS NOT NULL AS "isThere", b.outcome AS applied, i.status
FROM unnest($1::int[], $2::uuid[], $3::text[]) AS u(place, instance_id, id)
LEFT JOIN workflow_inbox b ON b.instance_id = u.instance_id AND b.id = u.id
LEFT JOIN workflow_instances i ON i.id = u.instance_id`,
} as const;

/** Rows whose outcome was a passing one wait to be decided once more. */
export const reopenInbox = {
  name: 'reopen_inbox',
  text: `UPDATE workflow_inbox SET applied_seq = NULL, outcome = NULL, received_at = ${NOW_MS}
WHERE instance_id = $1 AND id = $2 AND outcome = $3`,
} as const;

/** What was decided about rows; those that still wait are absent. */
export const inboxOutcomes = {
  name: 'inbox_outcomes',
  text: `SELECT u.place, b.applied_seq AS seq, b.outcome
FROM unnest($1::int[], $2::uuid[], $3::text[]) AS u(place, instance_id, id)
JOIN workflow_inbox b ON b.instance_id = u.instance_id AND b.id = u.id
WHERE b.applied_seq IS NOT NULL`,
} as const;

/** One row as it was stored. */
export const readInbox = {
  name: 'read_inbox',
  text: `SELECT kind, content, outcome FROM workflow_inbox WHERE instance_id = $1 AND id = $2`,
} as const;
