import type { DataSource } from 'typeorm';
import type { AuditEvent } from '#libs/engine';
import { eventOf, type LoadedRow } from '../events/load-statement.js';
import { headColumns, headOf, headRefs } from '../instances/head-row.js';
import { contentsFromSource } from '../payloads/payload-contents.js';
import { refsIn } from '../payloads/stored-json.js';
import type { WaitFacts } from './compare-waits.js';
import { readWaitFacts } from './read-wait-facts.js';
import type { InstanceHead } from '../ports.js';
import type { InstanceEntity } from '../schema/entities/instance.entity.js';

/** All that is stored of one instance. */
export interface VerifiedRows {
  readonly head: InstanceHead;
  /** From the first one. */
  readonly events: readonly AuditEvent[];
  readonly snapshot: { readonly seq: number; readonly state: string } | undefined;
  readonly hasWakeup: boolean;
  readonly waits: WaitFacts;
}

/** A page ends with the instance that fills it up to this many events, or at this many instances. */
const PAGE_EVENTS = 20_000;
const PAGE_INSTANCES = 500;

/** The next instances by id with everything about them, as of one moment. Empty at the end. */
export async function readPage(dataSource: DataSource, after: string): Promise<VerifiedRows[]> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    const candidates: InstanceEntity[] = await manager.query(
      `SELECT ${headColumns('i')} FROM workflow_instances i WHERE i.id > $1 ORDER BY i.id LIMIT ${PAGE_INSTANCES}`,
      [after],
    );
    const rows = firstOf(candidates);
    if (rows.length === 0) return [];
    const ids = [rows.map((row) => row.id)];
    const events: LoadedRow[] = await manager.query(
      `SELECT w.id, e.seq, e.generation, e.type, e.path, e.attempt, e.data AS content, e.occurred_at AS at
       FROM unnest($1::uuid[]) AS w(id) CROSS JOIN LATERAL (SELECT * FROM workflow_events v WHERE v.instance_id = w.id ORDER BY v.seq) e`,
      ids,
    );
    const snapshots: { id: string; seq: number; state: string }[] = await manager.query(
      'SELECT instance_id AS id, seq, state FROM workflow_snapshots WHERE instance_id = ANY($1::uuid[])',
      ids,
    );
    const wakeups: { id: string; dueAt: number | string | null }[] = await manager.query(
      'SELECT instance_id AS id, due_at AS "dueAt" FROM workflow_wakeups WHERE instance_id = ANY($1::uuid[])',
      ids,
    );
    const refs = [...rows.flatMap(headRefs), ...refsIn(events.map((event) => event.content))];
    const contents = await contentsFromSource(manager, refs);
    const heads = rows.map((row) => headOf(row, contents));
    const dueAts = new Map(wakeups.map(({ id, dueAt }) => [id, dueAt === null ? null : Number(dueAt)]));
    const waits = await readWaitFacts(manager, ids[0]!, events, dueAts);
    return assemble(heads, events, contents, snapshots).map((row) => ({
      ...row,
      hasWakeup: dueAts.has(row.head.id),
      waits: waits(row.head.id),
    }));
  });
}

/** At least one, then as many as the events allow. */
function firstOf(candidates: readonly InstanceEntity[]): InstanceEntity[] {
  let events = 0;
  const end = candidates.findIndex((row) => (events += row.seq) > PAGE_EVENTS);
  return candidates.slice(0, end < 0 ? candidates.length : Math.max(1, end));
}

function assemble(
  heads: readonly InstanceHead[],
  events: readonly LoadedRow[],
  contents: ReadonlyMap<string, string>,
  snapshots: readonly { id: string; seq: number; state: string }[],
): Omit<VerifiedRows, 'hasWakeup' | 'waits'>[] {
  const byId = new Map<string, AuditEvent[]>(heads.map((head) => [head.id, []]));
  for (const row of events) byId.get(row.id)!.push(eventOf(row, contents));
  const snapshotOf = new Map(snapshots.map((row) => [row.id, row]));
  return heads.map((head) => ({
    head,
    events: byId.get(head.id)!.sort((a, b) => a.seq - b.seq),
    snapshot: snapshotOf.get(head.id),
  }));
}
