/** As the start door writes: the pending instances with their wake-up rows. */
export const startStatement = {
  name: 'floor_start',
  text: `WITH created AS (
  INSERT INTO workflow_instances (id, tenant, definition, version, checksum, status, bucket, input, tags, steps_total, created_at)
  SELECT u.id, 'main', $3, '1.0.0', $4, 'pending', u.bucket, '{}', '{}', $5, $6 FROM unnest($1::uuid[], $2::smallint[]) AS u(id, bucket)
  RETURNING id, bucket, created_at)
INSERT INTO workflow_wakeups (instance_id, bucket, due_at) SELECT id, bucket, created_at FROM created`,
};

const events = `events AS (
  INSERT INTO workflow_events (instance_id, seq, generation, type, path, attempt, data, occurred_at)
  SELECT u.id, u.seq, 1, u.type, u.path, u.attempt, u.data, $5::bigint
  FROM unnest($6::uuid[], $7::int[], $8::text[], $9::text[], $10::int[], $11::text[]) AS u(id, seq, type, path, attempt, data))`;

const heads = `heads AS (
  UPDATE workflow_instances AS i SET status = u.status, seq = u.seq, steps_done = u.done, current_step = u.step, started_at = $5::bigint,
    ended_at = CASE WHEN u.status = 'completed' THEN $5::bigint END
  FROM unnest($2::uuid[], $4::int[], $12::text[], $13::int[], $14::text[]) AS u(id, seq, status, done, step) WHERE i.id = u.id)`;

const begun = `begun AS (
  INSERT INTO workflow_wakeups (instance_id, bucket, work) SELECT u.id, u.bucket, 'sent' FROM unnest($15::uuid[], $16::smallint[]) AS u(id, bucket)
  ON CONFLICT (instance_id) DO UPDATE SET due_at = excluded.due_at, work = excluded.work)`;

const ended = `ended AS (DELETE FROM workflow_wakeups AS w USING unnest($17::uuid[]) AS u(id) WHERE w.instance_id = u.id)`;

/** As an owner writes: events, heads, wake-ups and the journal row, in one statement. */
export const commitStatement = {
  name: 'floor_commit',
  text: `WITH ${[events, heads, begun, ended].join(',\n')}
INSERT INTO workflow_batches (topology, partition, batch_no, epoch, sent_through, touched, touched_from, touched_to, committed_at)
VALUES (1, $18::smallint, $1::bigint, 1, $1::bigint - 1, $2::uuid[], $3::int[], $4::int[], $5::bigint)`,
};
