import type { EntityManager } from 'typeorm';
import { canonicalJson, declaredTriggers, type JsonObject } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { type NewTrigger, type StoredTrigger, TRIGGER_COLUMNS, triggerOf, type TriggerRow } from './trigger-row.js';

/** A name that belongs to another definition, or to a trigger that stands by itself. */
export class TriggerTaken extends Error {
  readonly code = 'TRIGGER_TAKEN';
  constructor(
    readonly trigger: string,
    readonly holder: Pick<TriggerRow, 'source' | 'definition'>,
  ) {
    super(`expected a name of a trigger that is free, but ${trigger} is taken`);
  }
}

/**
 * Makes the triggers of a version that becomes active those of its definition. By their names they stay what they are: paused, and as far
 * as they have come.
 * @throws TriggerTaken
 */
export async function replaceDeclared(manager: EntityManager, tenant: string, document: JsonObject): Promise<void> {
  const definition = String(document['name']);
  const declared = declaredTriggers(document).sort((a, b) => (a.name < b.name ? -1 : 1)); // locked in one order by everybody
  const names = declared.map(({ name }) => name);
  await manager.query(
    `DELETE FROM workflow_triggers WHERE tenant = $1 AND definition = $2 AND source = 'definition' AND name <> ALL ($3::text[])`,
    [tenant, definition, names],
  );
  for (const trigger of declared) {
    const there = await lockTrigger(manager, tenant, trigger.name);
    if (there && (there.source !== 'definition' || there.definition !== definition)) throw new TriggerTaken(trigger.name, there);
    await writeTrigger(manager, tenant, { ...trigger, source: 'definition' }, there);
  }
}

export async function lockTrigger(manager: EntityManager, tenant: string, name: string): Promise<TriggerRow | undefined> {
  const [row]: StoredTrigger[] = await manager.query(
    `SELECT ${TRIGGER_COLUMNS} FROM workflow_triggers WHERE tenant = $1 AND name = $2 FOR UPDATE`,
    [tenant, name],
  );
  return row && triggerOf(row);
}

/**
 * Inserts it, or replaces what is there.
 * @param there the row as it is, locked
 * @throws TriggerTaken when somebody else was quicker
 */
export async function writeTrigger(
  manager: EntityManager,
  tenant: string,
  trigger: NewTrigger,
  there: TriggerRow | undefined,
  by: string | null = null,
): Promise<TriggerRow> {
  const { name, kind, definition, version, source, spec, secrets, enabled } = trigger;
  if (there?.spec['overlap'] === 'queueOne' && spec['overlap'] !== 'queueOne') await dropQueued(manager, tenant, name);
  const status = !enabled ? 'disabled' : there?.status === 'paused' ? 'paused' : 'active';
  const values = [
    ...[tenant, name, kind, definition, version, source, canonicalJson(spec)],
    ...[secrets.length === 0 ? null : JSON.stringify(secrets), status, status === 'paused' ? there?.note : null],
    ...[status === 'paused' ? there?.changedBy : by, there !== undefined && sameSlots(there.spec, spec) ? there.position : null],
  ];
  const [row]: StoredTrigger[] = await manager.query(
    `INSERT INTO workflow_triggers (tenant, name, kind, definition, version, source, spec, secrets, status, note, changed_by, position, next_at, revision, created_at, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce($12::bigint, ${NOW_MS}),
       CASE WHEN $3 = 'schedule' AND $9 = 'active' THEN ${NOW_MS} END, nextval('workflow_trigger_revisions'), ${NOW_MS}, ${NOW_MS})
     ON CONFLICT (tenant, name) DO UPDATE SET (kind, definition, version, source, spec, secrets, status, note, changed_by, position, next_at, revision, failures_in_row, changed_at) =
       (excluded.kind, excluded.definition, excluded.version, excluded.source, excluded.spec, excluded.secrets, excluded.status, excluded.note,
        excluded.changed_by, excluded.position, excluded.next_at, excluded.revision, 0, excluded.changed_at)
     WHERE workflow_triggers.revision = $13::bigint
     RETURNING ${TRIGGER_COLUMNS}`,
    [...values, there?.revision ?? null],
  );
  if (row === undefined) throw new TriggerTaken(name, { source, definition });
  return triggerOf(row);
}

/** Another schedule begins now: its slots so far were never promised. */
const sameSlots = (a: JsonObject, b: JsonObject): boolean =>
  a['kind'] === b['kind'] && a['cron'] === b['cron'] && a['timezone'] === b['timezone'];

/** Slots that were to wait, for a schedule that is no more what it was. */
export async function dropQueued(manager: EntityManager, tenant: string, name: string): Promise<void> {
  await manager.query(
    `UPDATE workflow_trigger_runs SET outcome = 'skipped', is_open = false, reason = 'the schedule was changed'
     WHERE tenant = $1 AND trigger = $2 AND is_open AND instance_id IS NULL`,
    [tenant, name],
  );
}
