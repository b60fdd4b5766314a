import type { TableCheck } from './table-checks.js';

/** By instance: what the rows of the journal that are still kept say was decided about it. */
const ranges = `SELECT t.id, min(t.low) AS low, max(t.high) AS high, sum(t.high::bigint - t.low + 1) AS n
  FROM workflow_batches b CROSS JOIN LATERAL unnest(b.touched, b.touched_from, b.touched_to) AS t(id, low, high) GROUP BY t.id`;

/** Whatever began later must stand in the journal from its first event on: older rows are swept. */
const kept = `(SELECT max(oldest) FROM (SELECT min(committed_at) AS oldest FROM workflow_batches GROUP BY topology, partition) AS partitions)`;

const batches = 'SELECT count(*) FROM workflow_batches';

/**
 * The journal is what a new owner sends effects from: an event outside of it would never be sent, one that only it names was sent though
 * it was never decided.
 */
export const checksOfJournal: readonly TableCheck[] = [
  {
    invariant: 'I18',
    count: batches,
    wrong: `SELECT r.id, least(r.high, coalesce(i.seq, 0))::bigint + 1 AS seq, CASE
        WHEN i.id IS NULL THEN 'the journal names it, but there is no such instance'
        WHEN r.high > i.seq THEN 'the journal names events up to ' || r.high || ', the state is as of ' || i.seq
        WHEN r.high < i.seq THEN 'the state is as of ' || i.seq || ', the journal ends with ' || r.high
        WHEN r.n < r.high::bigint - r.low + 1 THEN 'the journal leaves out events between ' || r.low || ' and ' || r.high
        WHEN r.n > r.high::bigint - r.low + 1 THEN 'the journal names events between ' || r.low || ' and ' || r.high || ' twice'
        ELSE 'the journal begins with event ' || r.low END AS message
      FROM (${ranges}) r LEFT JOIN workflow_instances i ON i.id = r.id
      WHERE i.id IS NULL OR r.high <> i.seq OR r.n <> r.high::bigint - r.low + 1 OR (r.low > 1 AND i.created_at > ${kept})`,
  },
  {
    invariant: 'I18',
    count: `SELECT count(*) FROM workflow_instances i WHERE i.seq > 0 AND i.created_at > ${kept}`,
    wrong: `SELECT i.id, 1 AS seq, 'no row of the journal names it' AS message FROM workflow_instances i
      WHERE i.seq > 0 AND i.created_at > ${kept} AND NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT unnest(touched) AS id FROM workflow_batches) named WHERE named.id = i.id)`,
  },
  {
    invariant: 'I18',
    count: batches,
    wrong: `SELECT NULL::uuid AS id, 'partition ' || partition || ' of topology ' || topology || ': batch ' || batch_no || CASE
        WHEN batch_no <> before + 1 THEN ' follows ' || before WHEN epoch < epoch_before THEN ' of epoch ' || epoch || ' follows epoch ' || epoch_before
        ELSE ' says that batch ' || sent_through || ' is sent' END AS message
      FROM (SELECT *, lag(batch_no) OVER own AS before, lag(epoch) OVER own AS epoch_before FROM workflow_batches
        WINDOW own AS (PARTITION BY topology, partition ORDER BY batch_no)) AS rows
      WHERE batch_no <> before + 1 OR epoch < epoch_before OR sent_through >= batch_no`,
  },
  {
    invariant: 'I18',
    count: 'SELECT count(*) FROM workflow_unsent',
    wrong: `SELECT x.instance_id AS id, x.token AS seq, 'it is to be sent, but the log does not hold it' AS message FROM workflow_unsent x
      WHERE NOT EXISTS (SELECT 1 FROM workflow_events e WHERE e.instance_id = x.instance_id AND e.seq = x.token)`,
  },
];
