import type { EntityManager } from 'typeorm';
import { headColumns, headOf, headRefs } from '../instances/head-row.js';
import { contentsFromSource } from '../payloads/payload-contents.js';
import { refsIn } from '../payloads/stored-json.js';
import type { InstanceHead } from '../ports.js';
import type { InstanceEntity } from '../schema/entities/instance.entity.js';
import type { WaitFacts } from './compare-waits.js';
import type { EventRow } from './instance-check.js';
import { PAGE_EVENTS } from './page-feed.js';

export interface Wakeup {
  readonly dueAt: number | null;
  readonly work: string;
}

export interface HeadRows {
  readonly heads: readonly InstanceHead[];
  readonly snapshots: ReadonlyMap<string, { readonly seq: number; readonly state: string }>;
  readonly wakeups: ReadonlyMap<string, Wakeup>;
}

/** @param onGone told of a head that names a payload that is not there; such a head is left out */
export async function readHeads(
  manager: EntityManager,
  ids: readonly string[],
  onGone: (id: string, reason: string) => void,
): Promise<HeadRows> {
  const rows: InstanceEntity[] = await manager.query(
    `SELECT ${headColumns('i')} FROM workflow_instances i WHERE i.id = ANY($1::uuid[]) ORDER BY i.id`,
    [ids],
  );
  const snapshots: { id: string; seq: number; state: string }[] = await manager.query(
    'SELECT instance_id AS id, seq, state FROM workflow_snapshots WHERE instance_id = ANY($1::uuid[])',
    [ids],
  );
  const wakeups: ({ id: string } & Wakeup)[] = await manager.query(
    'SELECT instance_id AS id, due_at AS "dueAt", work FROM workflow_wakeups WHERE instance_id = ANY($1::uuid[])',
    [ids],
  );
  const contents = await contentsFromSource(manager, rows.flatMap(headRefs));
  const heads = rows.flatMap((row) => {
    try {
      return [headOf(row, contents)];
    } catch (error) {
      onGone(row.id, (error as Error).message);
      return [];
    }
  });
  return {
    heads,
    snapshots: new Map(snapshots.map((row) => [row.id, row])),
    wakeups: new Map(wakeups.map((row) => [row.id, row])),
  };
}

/** The logs of some instances, in slices: of each by seq. One instance comes piece by piece, however long its log is. */
export async function* readEvents(
  manager: EntityManager,
  ids: readonly string[],
): AsyncGenerator<{ rows: readonly EventRow[]; contents: ReadonlyMap<string, string> }> {
  const isOne = ids.length === 1;
  for (let after = 0; ;) {
    const rows: EventRow[] = await manager.query(
      `SELECT w.id, e.seq, e.generation, e.type, e.path, e.attempt, e.data AS content, e.occurred_at AS at, e.schema_version AS "schemaVersion"
       FROM unnest($1::uuid[]) AS w(id) CROSS JOIN LATERAL (
         SELECT * FROM workflow_events v WHERE v.instance_id = w.id AND v.seq > $2 ORDER BY v.seq ${isOne ? `LIMIT ${PAGE_EVENTS}` : ''}) e`,
      [ids, after],
    );
    if (!isOne) rows.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.seq - b.seq));
    yield { rows, contents: await contentsFromSource(manager, refsIn(rows.map((row) => row.content))) };
    if (!isOne || rows.length < PAGE_EVENTS) return;
    after = rows.at(-1)!.seq;
  }
}

const none: ReadonlySet<string> = new Set();

/** What could end the waits of instances that have not ended. @param children ids of those they wait for */
export async function readWaitFacts(
  manager: EntityManager,
  ids: readonly string[],
  children: readonly string[],
  wakeups: ReadonlyMap<string, Wakeup>,
): Promise<(id: string) => WaitFacts> {
  if (ids.length === 0) return () => ({ dueAt: null, asks: none, subscriptions: none, lockRequests: none, children: none });
  const asks = await pathsOf(manager, 'workflow_asks', ids);
  const subscriptions = await pathsOf(manager, 'workflow_subscriptions', ids);
  const lockRequests = await pathsOf(manager, 'workflow_lock_requests', ids);
  const known = await knownChildren(manager, children);
  return (id) => ({
    dueAt: wakeups.get(id)?.dueAt ?? null,
    asks: asks.get(id) ?? none,
    subscriptions: subscriptions.get(id) ?? none,
    lockRequests: lockRequests.get(id) ?? none,
    children: known,
  });
}

async function pathsOf(manager: EntityManager, table: string, ids: readonly string[]): Promise<Map<string, Set<string>>> {
  const rows: { id: string; path: string }[] = await manager.query(
    `SELECT DISTINCT instance_id AS id, path FROM ${table} WHERE instance_id = ANY($1::uuid[])`,
    [ids],
  );
  const byId = Map.groupBy(rows, (row) => row.id);
  return new Map([...byId].map(([id, own]) => [id, new Set(own.map((row) => row.path))]));
}

/** Those that are there, and those whose request is stored: it is answered, or will be. */
async function knownChildren(manager: EntityManager, wanted: readonly string[]): Promise<ReadonlySet<string>> {
  if (wanted.length === 0) return none;
  const rows: { id: string }[] = await manager.query(
    `SELECT u.id FROM unnest($1::uuid[]) AS u(id) WHERE EXISTS (SELECT 1 FROM workflow_instances i WHERE i.id = u.id)
      OR EXISTS (SELECT 1 FROM workflow_inbox b WHERE b.instance_id = u.id AND b.kind = 'startChild')`,
    [wanted],
  );
  return new Set(rows.map((row) => row.id));
}
