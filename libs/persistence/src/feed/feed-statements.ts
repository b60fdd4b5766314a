/** Batches looked at in one reading, and instances these may have touched together. */
const batchesAtOnce = 500;
const touchedAtOnce = 2_000;

/**
 * Events of the next batches of a partition, in the order of commit: batch, instance, seq. The rows of a batch and its events were written
 * in one transaction, so a batch that can be read is whole; batch n + 1 is only written when n is, so that none can appear in between.
 * The ORDER of the innermost part keeps it a lookup by key for each instance. Values: topology, partition, and the position (batch, place, seq); then the types, and how many rows at most.
 */
const read = (types: string): string => `WITH ahead AS MATERIALIZED (
    SELECT batch_no, touched, touched_from, touched_to FROM workflow_batches
    WHERE topology = $1::smallint AND partition = $2::smallint AND batch_no >= $3::bigint ORDER BY batch_no LIMIT ${batchesAtOnce}
  ), counted AS (
    SELECT *, coalesce(sum(cardinality(touched)) OVER (ORDER BY batch_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM ahead
  ), chosen AS MATERIALIZED (SELECT * FROM counted WHERE before < ${touchedAtOnce}),
  found AS (
    SELECT b.batch_no, t.place, t.id, e.* FROM chosen b
    CROSS JOIN LATERAL unnest(b.touched, b.touched_from, b.touched_to) WITH ORDINALITY AS t(id, low, high, place)
    CROSS JOIN LATERAL (
      SELECT v.seq, v.type, v.path, v.occurred_at FROM workflow_events v
      WHERE v.instance_id = t.id AND v.seq BETWEEN t.low AND t.high AND ${types}
      ORDER BY v.seq) e
    WHERE b.batch_no > $3::bigint OR (t.place, e.seq) > ($4::int, $5::int)
    ORDER BY b.batch_no, t.place, e.seq LIMIT $7::int
  )
  SELECT f.batch_no AS "batchNo", f.place::int AS place, f.id AS instance, f.seq, f.type, f.path, f.occurred_at AS at,
    coalesce(i.definition, '') AS definition, coalesce(i.version, '') AS version, i.key, s.first AS "firstBatch", s.last AS "lastBatch"
  FROM (SELECT min(batch_no) AS first, max(batch_no) AS last FROM chosen) s
  LEFT JOIN found f ON true LEFT JOIN LATERAL (
    SELECT definition, version, key FROM workflow_instances w WHERE w.id = f.id) i ON true
  ORDER BY f.batch_no, f.place, f.seq`;

export const feedStatements = {
  lifecycle: { name: 'feed_lifecycle', text: read('v.type = ANY ($6::text[])') },
  everything: { name: 'feed_all', text: read('($6::text[] IS NULL OR true)') },
  /** The oldest and the newest batch of a partition. */
  bounds: {
    name: 'feed_bounds',
    text: `SELECT
      (SELECT batch_no FROM workflow_batches WHERE topology = $1 AND partition = $2 ORDER BY batch_no LIMIT 1) AS oldest,
      (SELECT batch_no FROM workflow_batches WHERE topology = $1 AND partition = $2 ORDER BY batch_no DESC LIMIT 1) AS newest`,
  },
  /** The newest batch of every partition of these topologies. */
  ends: {
    name: 'feed_ends',
    text: `SELECT p.topology, p.partition, b.batch_no AS newest FROM workflow_partitions p CROSS JOIN LATERAL (
        SELECT batch_no FROM workflow_batches w WHERE w.topology = p.topology AND w.partition = p.partition
        ORDER BY batch_no DESC LIMIT 1) b WHERE p.topology = ANY ($1::smallint[])`,
  },
} as const;
