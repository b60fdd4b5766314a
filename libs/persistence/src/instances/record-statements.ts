import { headColumns } from './head-row.js';

export const readHead = {
  name: 'read_head',
  text: `SELECT ${headColumns('i')} FROM workflow_instances i WHERE i.id = $1`,
} as const;

/** Head, audit events after $2 (at most $3) and restarts of an instance, of one moment. Three kinds of rows share the columns. */
export const readInstance = {
  name: 'read_instance',
  text: `SELECT 'head' AS part, i.id, 0 AS seq, NULL::int AS generation, NULL::text AS type, NULL::text AS path, NULL::int AS attempt,
    (SELECT row_to_json(x)::text FROM (SELECT ${headColumns('i')}) x) AS content, NULL::bigint AS at
  FROM workflow_instances i WHERE i.id = $1
UNION ALL
SELECT 'event', e.instance_id, e.seq, e.generation, e.type, e.path, e.attempt, e.data, e.occurred_at FROM (
    SELECT * FROM workflow_events v WHERE v.instance_id = $1 AND v.seq > $2 ORDER BY v.seq LIMIT $3) e
UNION ALL
SELECT 'restarted', r.id, 0, NULL, NULL, NULL, NULL, NULL, NULL FROM (
    SELECT id FROM workflow_instances WHERE origin LIKE '{"restartOf"%' AND origin::jsonb #>> '{restartOf,instance}' = $1::uuid::text ORDER BY id LIMIT 100) r`,
} as const;
