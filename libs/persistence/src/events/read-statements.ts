import { NOW_MS } from '../connections/database-clock.js';
import { INBOX_AT_ONCE } from '../ports.js';

const waitingInbox = `SELECT b.instance_id AS id, b.bucket AS seq, b.kind AS type, b.id AS path, b.content, b.received_at AS at
  FROM unnest($1::uuid[], $2::smallint[]) AS u(id, bucket) CROSS JOIN LATERAL (
    SELECT * FROM workflow_inbox v WHERE v.bucket = u.bucket AND v.instance_id = u.id AND v.applied_seq IS NULL
    ORDER BY v.received_at, length(v.id), v.id LIMIT ${INBOX_AT_ONCE}) b`;

/** Of the rows `b` of the inbox: not consumed. */
const isWaiting = `b.applied_seq IS NULL AND b.bucket >= $1 AND b.bucket < $2
          AND (b.kind <> 'event' OR coalesce((SELECT i.status FROM workflow_instances i WHERE i.id = b.instance_id), '') <> 'pending')`;

/** Reads of owners, as prepared statements; each goes by an index (see the EXPLAIN test). */
export const readStatements = {
  history: {
    name: 'history',
    text: `SELECT seq, generation, type, path, attempt, data AS content, occurred_at AS at FROM workflow_events
      WHERE instance_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
  },
  eventsIn: {
    name: 'events_in',
    text: `SELECT u.id, e.seq, e.generation, e.type, e.path, e.attempt, e.data AS content, e.occurred_at AS at
      FROM unnest($1::uuid[], $2::int[], $3::int[]) AS u(id, low, high)
      CROSS JOIN LATERAL (SELECT * FROM workflow_events v WHERE v.instance_id = u.id AND v.seq BETWEEN u.low AND u.high ORDER BY v.seq) e`,
  },
  eventsAt: {
    name: 'events_at',
    text: `SELECT seq, generation, type, path, attempt, data AS content, occurred_at AS at FROM workflow_events
      WHERE instance_id = $1 AND seq = ANY ($2::int[])`,
  },
  dueWakeups: {
    name: 'due_wakeups',
    text: `SELECT instance_id AS id, due_at AS "dueAt" FROM workflow_wakeups
      WHERE due_at <= $3 AND (due_at, instance_id) > ($4::bigint, $5::uuid) AND bucket >= $1 AND bucket < $2
      ORDER BY due_at, instance_id LIMIT $6`,
  },
  // Events of an instance that has not started wait for its start, which has a wake-up of its own: nobody need look at them every second.
  inboxWaiting: {
    name: 'inbox_waiting',
    text: `SELECT b.instance_id AS id FROM workflow_inbox b WHERE ${isWaiting} AND b.instance_id <> ALL ($4::uuid[])
      GROUP BY b.bucket, b.instance_id ORDER BY b.bucket, b.instance_id LIMIT $3`,
  },
  stirring: {
    name: 'stirring',
    text: `SELECT EXISTS (SELECT FROM workflow_wakeups w WHERE w.due_at <= $3 AND w.bucket >= $1 AND w.bucket < $2) AS "hasDue",
      EXISTS (SELECT FROM workflow_inbox b WHERE ${isWaiting}) AS "hasInbox",
      EXISTS (SELECT FROM workflow_lock_requests r WHERE r.fence IS NULL AND r.displaced_at IS NULL AND r.bucket >= $1 AND r.bucket < $2)
        OR EXISTS (SELECT FROM workflow_lock_requests p WHERE p.bucket >= $1 AND p.bucket < $2 AND p.free_at <= ${NOW_MS})
        OR EXISTS (SELECT FROM workflow_keyed_events k WHERE k.status = 'offered' AND k.bucket >= $1 AND k.bucket < $2) AS "hasKeys"`,
  },
  waitingInbox: {
    name: 'waiting_inbox',
    text: waitingInbox,
  },
  strayInbox: {
    name: 'stray_inbox',
    text: `${waitingInbox} WHERE NOT EXISTS (SELECT 1 FROM workflow_instances i WHERE i.id = u.id)`,
  },
  queuedWork: {
    name: 'work_queued',
    text: `SELECT instance_id AS id FROM workflow_wakeups WHERE work = 'queued' AND instance_id > $3 AND bucket >= $1 AND bucket < $2
      ORDER BY instance_id LIMIT $4`,
  },
  sentWork: {
    name: 'work_sent',
    text: `SELECT instance_id AS id FROM workflow_wakeups WHERE work = 'sent' AND instance_id > $3 AND bucket >= $1 AND bucket < $2
      ORDER BY instance_id LIMIT $4`,
  },
  touchedAfter: {
    name: 'touched_after',
    text: `SELECT t.id AS "instanceId", min(t.low) AS "fromSeq", max(t.high) AS "toSeq" FROM workflow_batches b
      CROSS JOIN LATERAL unnest(b.touched, b.touched_from, b.touched_to) AS t(id, low, high)
      WHERE b.topology = $1 AND b.partition = $2 AND b.batch_no > $3 GROUP BY t.id`,
  },
  unsentDue: {
    name: 'unsent_due',
    text: `SELECT instance_id AS "instanceId", token, is_event AS "isEvent", partition, tries, retry_at AS "retryAt" FROM workflow_unsent
      WHERE partition = $1 AND is_event = $2 AND retry_at <= $3 ORDER BY retry_at LIMIT $4`,
  },
  told: {
    name: 'told_events',
    text: `SELECT u.id, i.definition, i.version, i.key, e.seq, e.generation, e.type, e.path, e.attempt, e.data AS content, e.occurred_at AS at
      FROM unnest($1::uuid[], $2::int[]) AS u(id, seq)
      CROSS JOIN LATERAL (SELECT * FROM workflow_events v WHERE v.instance_id = u.id AND v.seq = u.seq LIMIT 1) e
      CROSS JOIN LATERAL (SELECT definition, version, key FROM workflow_instances w WHERE w.id = u.id LIMIT 1) i`,
  },
  now: { name: 'now_ms', text: `SELECT ${NOW_MS} AS now` },
} as const;
