import { NOW_MS } from '../connections/database-clock.js';
import { insertPayloads } from '../payloads/payload-statements.js';

const columns =
  'id, tenant, definition, version, checksum, key, status, bucket, queue, priority, summary, input, tags, parent, start_at, steps_total, origin, created_at, singleton, debounce';
const values = `u.id, u.tenant, u.definition, u.version, u.checksum, u.key, 'pending', u.bucket, u.queue, u.priority, u.summary, u.input, u.tags::jsonb, u.parent, coalesce(u.start_at, ${NOW_MS} + u.delay_ms), u.steps_total, u.origin, ${NOW_MS}, u.singleton, u.debounce`;
const arrays =
  '$1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[], $8::text[], $9::int[], $10::text[], $11::text[], $12::text[], $13::uuid[], $14::bigint[], $15::int[], $16::text[], $17::text[], $18::text[], $19::bigint[]';
const fields =
  'id, tenant, definition, version, checksum, key, bucket, queue, priority, summary, input, tags, parent, start_at, steps_total, origin, singleton, debounce, delay_ms';
const insertWakeups = `INSERT INTO workflow_wakeups (instance_id, bucket, due_at) SELECT id, bucket, coalesce(start_at, created_at) FROM created
RETURNING instance_id AS id`;
const keptPayloads = `kept AS (${insertPayloads(20, 'p.instance_id IN (SELECT id FROM created)')})`;

/** Instances and their wake-up rows; what is there already is left alone. */
export const insertStarts = {
  name: 'insert_starts',
  text: `WITH created AS (
  INSERT INTO workflow_instances (${columns}) SELECT ${values} FROM unnest(${arrays}) AS u(${fields})
  ON CONFLICT DO NOTHING RETURNING id, bucket, created_at, start_at
),
${keptPayloads}
${insertWakeups}`,
} as const;

/**
 * The same for starts that are new in every respect: their request is not known ($25: by instance id its `key`, `hash` and `answer`), and the
 * version taken for the active one still is it ($24). The answer is stored with the start. A twin of the request that is being stored at this moment
 * fails the statement as a whole.
 */
export const insertNewStarts = {
  name: 'insert_new_starts',
  text: `WITH created AS (
  INSERT INTO workflow_instances (${columns}) SELECT ${values} FROM unnest(${arrays}, $24::boolean[]) AS u(${fields}, if_active)
  WHERE (u.if_active IS FALSE OR u.version = (SELECT n.active_version FROM workflow_definition_names n WHERE n.tenant = u.tenant AND n.name = u.definition))
    AND NOT EXISTS (SELECT FROM workflow_idempotency x WHERE x.tenant = u.tenant AND x.key = $25::jsonb #>> ARRAY[u.id::text, 'key'])
  ON CONFLICT DO NOTHING RETURNING id, tenant, bucket, created_at, start_at
),
answered AS (
  INSERT INTO workflow_idempotency (tenant, key, request_hash, subject, reserved_at, answer_status, answer)
  SELECT c.tenant, r.request ->> 'key', r.request ->> 'hash', c.id, c.created_at, 201, r.request ->> 'answer'
  FROM created c CROSS JOIN LATERAL (SELECT $25::jsonb -> c.id::text AS request) r WHERE r.request IS NOT NULL
),
${keptPayloads}
${insertWakeups}`,
} as const;

/**
 * What was there: by key, else by id, else by singleton. A row of the same id is the same start when definition, key and input agree; a row of
 * the same key or singleton always is, whatever else differs.
 */
export const existingStarts = {
  name: 'existing_starts',
  text: `SELECT u.place, coalesce(k.id, i.id, s.id) AS id, coalesce(k.status, i.status, s.status) AS status, coalesce(k.version, i.version, s.version) AS version,
  coalesce(k.id, i.id) IS NULL AS "isSingleton",
  (k.id IS NOT NULL OR i.id IS NULL OR (i.tenant = u.tenant AND i.definition = u.definition AND i.key IS NOT DISTINCT FROM u.key AND i.input = u.input)) AS "isSame"
FROM unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS u(place, id, tenant, definition, key, input, singleton)
LEFT JOIN LATERAL (SELECT * FROM workflow_instances x WHERE x.tenant = u.tenant AND x.definition = u.definition AND x.key = u.key) k ON true
LEFT JOIN LATERAL (SELECT * FROM workflow_instances x WHERE x.id = u.id) i ON true
LEFT JOIN LATERAL (SELECT * FROM workflow_instances x WHERE x.tenant = u.tenant AND x.definition = u.definition AND x.singleton = u.singleton) s ON true
WHERE k.id IS NOT NULL OR i.id IS NOT NULL OR s.id IS NOT NULL`,
} as const;

/**
 * A later start with the same key takes the place of one that waits: that is told to end, unless it has begun by the time it hears of it. One
 * that is due already has had its time, and only gives up the key.
 */
export const supersede = {
  name: 'supersede_start',
  text: `WITH former AS (
  UPDATE workflow_instances AS i SET debounce = NULL
  WHERE i.tenant = $1 AND i.definition = $2 AND i.debounce = $3 AND i.id <> $4 RETURNING i.id, i.bucket, i.start_at)
INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at)
SELECT f.id, 'superseded', f.bucket, 'cancel', $5, ${NOW_MS} FROM former f WHERE f.start_at > ${NOW_MS} RETURNING instance_id AS id`,
} as const;
