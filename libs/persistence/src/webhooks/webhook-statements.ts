import { NOW_MS } from '../connections/database-clock.js';

/** How long a holder of a webhook may be silent, ms. */
export const WEBHOOK_LEASE_MS = 10_000;

export const webhookColumns = `id, tenant, name, url, definitions, events, severity, secrets, headers, status, note, failing_since AS "failingSince",
  delivered, failed, last_at AS "lastAt", last_status AS "lastStatus", created_at AS "createdAt", changed_at AS "changedAt"`;

export const deliveryColumns = `id, instance_id AS "instanceId", seq, event, status, attempts, created_at AS "createdAt", next_at AS "nextAt",
  last_at AS "lastAt", last_status AS "lastStatus", last_error AS "lastError", last_ms AS "lastMs"`;

/** What the work on deliveries does all the time; each goes by a key. */
export const webhookStatements = {
  /** $1 webhook, $2 how many. */
  due: {
    name: 'webhook_due',
    text: `SELECT d.webhook_id AS "webhookId", d.instance_id AS "instanceId", d.seq, d.event, d.attempts, d.tried_since AS "triedSince",
        d.created_at AS "createdAt", e.generation, e.type, e.path, e.attempt, e.data AS content, e.occurred_at AS at, i.definition, i.version, i.key
      FROM (SELECT * FROM workflow_webhook_deliveries q WHERE q.webhook_id = $1 AND q.status = 'waiting' AND q.next_at <= ${NOW_MS}
        ORDER BY q.next_at LIMIT $2) d
      LEFT JOIN LATERAL (SELECT * FROM workflow_events v WHERE v.instance_id = d.instance_id AND v.seq = d.seq LIMIT 1) e ON true
      LEFT JOIN LATERAL (SELECT definition, version, key FROM workflow_instances w WHERE w.id = d.instance_id LIMIT 1) i ON true
      ORDER BY d.next_at, d.instance_id, d.seq`,
  },
  /** Those of the webhooks $1 that have a delivery due. */
  withDue: {
    name: 'webhooks_with_due',
    text: `SELECT w.id FROM unnest($1::uuid[]) AS w(id) CROSS JOIN LATERAL (
        SELECT 1 FROM workflow_webhook_deliveries q WHERE q.webhook_id = w.id AND q.status = 'waiting' AND q.next_at <= ${NOW_MS}
        ORDER BY q.next_at LIMIT 1) one`,
  },
  /** How many wait, counted no further than $2. */
  waiting: {
    name: 'webhook_waiting',
    text: `SELECT w.id, (SELECT count(*)::int FROM (
        SELECT 1 FROM workflow_webhook_deliveries q WHERE q.webhook_id = w.id AND q.status = 'waiting' LIMIT $2) one) AS waiting
      FROM unnest($1::uuid[]) AS w(id)`,
  },
  /** An event that is there already stays as it is: filling twice does no harm. Whoever removes the webhook waits until it is filled. */
  insert: {
    name: 'webhook_insert',
    text: `INSERT INTO workflow_webhook_deliveries (webhook_id, instance_id, seq, id, event, status, created_at, tried_since, next_at)
      SELECT u.webhook_id, u.instance_id, u.seq, u.id, u.event, 'waiting', ${NOW_MS}, ${NOW_MS}, ${NOW_MS}
      FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::text[]) AS u(webhook_id, instance_id, seq, id, event)
      CROSS JOIN LATERAL (SELECT 1 FROM workflow_webhooks w WHERE w.id = u.webhook_id FOR KEY SHARE) there
      ON CONFLICT (webhook_id, instance_id, seq) DO NOTHING`,
  },
  /** Cursors only move forward. */
  advance: {
    name: 'webhook_advance',
    text: `INSERT INTO workflow_webhook_cursors AS c (webhook_id, topology, partition, batch_no, place, seq)
      SELECT u.* FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[], $5::int[], $6::int[]) AS u(webhook_id, topology, partition, batch_no, place, seq)
      CROSS JOIN LATERAL (SELECT 1 FROM workflow_webhooks w WHERE w.id = u.webhook_id FOR KEY SHARE) there
      ON CONFLICT (webhook_id, topology, partition) DO UPDATE SET batch_no = excluded.batch_no, place = excluded.place, seq = excluded.seq
      WHERE (c.batch_no, c.place, c.seq) < (excluded.batch_no, excluded.place, excluded.seq)`,
  },
  settle: {
    name: 'webhook_settle',
    text: `UPDATE workflow_webhook_deliveries AS d SET status = u.status, attempts = d.attempts + 1, next_at = ${NOW_MS} + u.retry_in, last_at = ${NOW_MS},
        last_status = u.answered, last_error = u.error, last_ms = u.ms
      FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::int[], $7::text[], $8::int[])
        AS u(webhook_id, instance_id, seq, status, retry_in, answered, error, ms)
      WHERE d.webhook_id = u.webhook_id AND d.instance_id = u.instance_id AND d.seq = u.seq`,
  },
} as const;
