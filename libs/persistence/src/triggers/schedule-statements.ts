import { NOW_MS } from '../connections/database-clock.js';
import { TRIGGER_COLUMNS } from './trigger-row.js';

/** A subquery, so that it is one value and the index can be used. */
const now = `(SELECT ${NOW_MS})`;

/** Those that somebody else is at are left to them. */
export const takeDueTriggers = {
  name: 'take_due_triggers',
  text: `SELECT ${TRIGGER_COLUMNS}, ${now} AS "nowMs" FROM workflow_triggers WHERE next_at <= ${now} ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
} as const;

/** Ms until the next schedule is due; null: none will be by itself. */
export const nextSchedule = {
  name: 'next_schedule',
  text: `SELECT min(next_at) - ${now} AS "inMs" FROM workflow_triggers WHERE next_at > 0`,
} as const;

/** The same of backfills. */
export const nextBackfill = {
  name: 'next_backfill',
  text: `SELECT min(due_at) - ${now} AS "inMs" FROM workflow_backfills WHERE ended_at IS NULL AND due_at > 0`,
} as const;

/** Schedules that have come further than the clock shows: it was put back, and they would be silent until it is there again. */
export const wakeTooFar = {
  name: 'wake_too_far',
  text: `UPDATE workflow_triggers SET next_at = ${now} WHERE next_at > ${now} AND position > ${now} + $1::bigint`,
} as const;

const LOOKED_AT = 100;
/** Runs of some triggers that are queued, or whose instance has not ended. */
export const openRuns = {
  name: 'open_trigger_runs',
  text: `SELECT u.place, r.slot, r.instance_id AS "instanceId" FROM unnest($1::int[], $2::text[], $3::text[]) AS u(place, tenant, name)
CROSS JOIN LATERAL (
  SELECT x.slot, x.instance_id FROM workflow_trigger_runs x LEFT JOIN workflow_instances i ON i.id = x.instance_id
  WHERE x.tenant = u.tenant AND x.trigger = u.name AND x.is_open AND (x.instance_id IS NULL OR (i.id IS NOT NULL AND i.ended_at IS NULL))
  ORDER BY x.slot LIMIT ${LOOKED_AT}
) r ORDER BY r.slot`,
} as const;

/**
 * The fence: a slot that was started is not started again, whoever asks. One that was queued may start; a backfill makes up for what
 * was skipped or failed.
 */
export const insertRuns = {
  name: 'insert_trigger_runs',
  text: `INSERT INTO workflow_trigger_runs AS r (tenant, trigger, lane, slot, id, how, outcome, count, instance_id, reason, is_open, at)
SELECT u.*, u.outcome IN ('queued', 'started'), ${NOW_MS}
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::uuid[], $6::text[], $7::text[], $8::int[], $9::uuid[], $10::text[])
  AS u(tenant, trigger, lane, slot, id, how, outcome, count, instance_id, reason)
ON CONFLICT (tenant, trigger, lane, slot) DO UPDATE SET (how, outcome, instance_id, reason, is_open) =
  (excluded.how, excluded.outcome, excluded.instance_id, excluded.reason, excluded.is_open)
WHERE r.outcome = 'queued' OR (excluded.how = 'backfill' AND r.outcome IN ('skipped', 'failed'))
RETURNING r.instance_id AS "instanceId", r.outcome`,
} as const;

/** An instance with its key is there already: nothing was started. */
export const runsOfOthers = {
  name: 'trigger_runs_of_others',
  text: `UPDATE workflow_trigger_runs r SET outcome = 'skipped', instance_id = u.other, is_open = false, reason = 'an instance with this key is there already'
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::uuid[]) AS u(tenant, trigger, lane, slot, other)
WHERE (r.tenant, r.trigger, r.lane, r.slot) = (u.tenant, u.trigger, u.lane, u.slot)`,
} as const;

export const insertTriggerIncidents = {
  name: 'insert_trigger_incidents',
  text: `INSERT INTO workflow_incidents (id, kind, reason, at) SELECT u.id, 'triggerDisabled', u.reason, ${NOW_MS}
FROM unnest($1::uuid[], $2::text[]) AS u(id, reason)`,
} as const;

/** How far they have come. One that failed too often in a row disables itself. */
export const advanceTriggers = {
  name: 'advance_triggers',
  text: `UPDATE workflow_triggers t SET position = u.position, next_at = CASE WHEN u.status = 'active' THEN u.next_at END,
  status = u.status, note = u.note, failures_in_row = u.failures,
  revision = CASE WHEN t.status = u.status THEN t.revision ELSE nextval('workflow_trigger_revisions') END,
  last_run_at = coalesce(u.last_run_at, t.last_run_at), last_outcome = coalesce(u.last_outcome, t.last_outcome),
  last_instance = CASE WHEN u.last_run_at IS NULL THEN t.last_instance ELSE u.last_instance END
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::int[], $8::bigint[], $9::text[], $10::uuid[])
  AS u(tenant, name, position, next_at, status, note, failures, last_run_at, last_outcome, last_instance)
WHERE t.tenant = u.tenant AND t.name = u.name`,
} as const;

/** The next open runs in order of their ids, and whether what they started has ended. */
export const endedRuns = {
  name: 'ended_trigger_runs',
  text: `SELECT r.tenant, r.trigger, r.id, i.status, (i.id IS NULL OR i.ended_at IS NOT NULL) AS "isEnded"
FROM (SELECT tenant, trigger, id, instance_id FROM workflow_trigger_runs
      WHERE is_open AND instance_id IS NOT NULL AND id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY id LIMIT $2) r
LEFT JOIN workflow_instances i ON i.id = r.instance_id ORDER BY r.id`,
} as const;

export const holdTriggers = {
  name: 'hold_triggers',
  text: `SELECT ${TRIGGER_COLUMNS} FROM workflow_triggers WHERE (tenant, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY tenant, name FOR UPDATE`,
} as const;

export const closeRuns = {
  name: 'close_trigger_runs',
  text: `UPDATE workflow_trigger_runs SET is_open = false WHERE id = ANY ($1::uuid[]) AND is_open RETURNING id`,
} as const;

export const fareTriggers = {
  name: 'fare_triggers',
  text: `UPDATE workflow_triggers t SET failures_in_row = u.failures, status = u.status, note = u.note,
  next_at = CASE WHEN u.status = 'active' THEN t.next_at END,
  revision = CASE WHEN t.status = u.status THEN t.revision ELSE nextval('workflow_trigger_revisions') END
FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[]) AS u(tenant, name, failures, status, note)
WHERE t.tenant = u.tenant AND t.name = u.name`,
} as const;

/** Runs of a trigger, newest first. */
export const listRuns = {
  name: 'list_trigger_runs',
  text: `SELECT r.id, r.slot, r.at, r.how, r.outcome, r.count, r.reason, r.instance_id AS instance, i.status
FROM (SELECT * FROM workflow_trigger_runs x WHERE x.tenant = $1 AND x.trigger = $2 AND x.id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY x.id DESC LIMIT $4) r
LEFT JOIN workflow_instances i ON i.id = r.instance_id ORDER BY r.id DESC`,
} as const;

export const findRun = {
  name: 'find_trigger_run',
  text: `SELECT r.id, r.slot, r.at, r.how, r.outcome, r.count, r.reason, r.instance_id AS instance, i.status
FROM workflow_trigger_runs r LEFT JOIN workflow_instances i ON i.id = r.instance_id WHERE r.tenant = $1 AND r.trigger = $2 AND r.id = $3`,
} as const;

export const noteLastRun = {
  name: 'note_last_run',
  text: `UPDATE workflow_triggers SET last_run_at = $3, last_outcome = $4, last_instance = $5 WHERE tenant = $1 AND name = $2`,
} as const;

export const insertBackfill = {
  name: 'insert_backfill',
  text: `INSERT INTO workflow_backfills (id, tenant, trigger, position, until, overlap, due_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, ${NOW_MS}, ${NOW_MS}) ON CONFLICT DO NOTHING`,
} as const;

export const takeDueBackfill = {
  name: 'take_due_backfill',
  text: `SELECT b.id, b.tenant, b.trigger, b.position, b.until, b.overlap, b.last, ${now} AS "nowMs",
  (i.id IS NOT NULL AND i.ended_at IS NULL) AS "isRunning"
FROM workflow_backfills b LEFT JOIN workflow_instances i ON i.id = b.last
WHERE b.ended_at IS NULL AND b.due_at <= ${now} ORDER BY b.due_at LIMIT 1 FOR UPDATE OF b SKIP LOCKED`,
} as const;

/** Under its lock a schedule and a backfill never decide a slot at the same time. */
export const holdTrigger = {
  name: 'hold_trigger',
  text: `SELECT ${TRIGGER_COLUMNS} FROM workflow_triggers WHERE tenant = $1 AND name = $2 FOR UPDATE`,
} as const;

export const advanceBackfill = {
  name: 'advance_backfill',
  text: `UPDATE workflow_backfills SET position = $2, due_at = $3, last = coalesce($4, last), ended_at = CASE WHEN $5 THEN ${NOW_MS} END WHERE id = $1`,
} as const;
