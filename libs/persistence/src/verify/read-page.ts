import type { EntityManager } from 'typeorm';
import { isUuid } from '../connections/cursor.js';
import { headColumns, headOf, headRefs } from '../instances/head-row.js';
import { contentsFromSource } from '../payloads/payload-contents.js';
import { type PayloadRef, refsIn, refsOrNone } from '../payloads/stored-json.js';
import type { InstanceHead } from '../ports.js';
import type { InstanceEntity } from '../schema/entities/instance.entity.js';
import type { WaitFacts } from './compare-waits.js';
import type { EventRow } from './instance-check.js';

/** What is held of logs at once: events, each of at most 64 KiB itself, and bytes of their payloads, or the payloads of one event. */
const sliceLimits = { events: 1_000, bytes: 32 * 1024 * 1024 };

export interface Wakeup {
  readonly dueAt: number | null;
  readonly work: string;
}

export interface HeadRows {
  readonly heads: readonly InstanceHead[];
  readonly snapshots: ReadonlyMap<string, { readonly seq: number; readonly state: string }>;
  readonly wakeups: ReadonlyMap<string, Wakeup>;
}

/** @param onBroken told of a head that cannot be read, and the payload that is gone if that is why; such a head is left out */
export async function readHeads(
  manager: EntityManager,
  ids: readonly string[],
  onBroken: (id: string, reason: string, gone: PayloadRef | undefined) => void,
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
  const refsOf = (row: InstanceEntity): PayloadRef[] => refsOrNone(() => headRefs(row));
  const contents = await contentsFromSource(manager, rows.flatMap(refsOf));
  const heads = rows.flatMap((row) => {
    try {
      return [headOf(row, contents)];
    } catch (error) {
      const gone = refsOf(row).find(({ ref }) => !contents.has(ref));
      onBroken(row.id, (error as Error).message, gone);
      return [];
    }
  });
  return {
    heads,
    snapshots: new Map(snapshots.map((row) => [row.id, row])),
    wakeups: new Map(wakeups.map((row) => [row.id, row])),
  };
}

export interface LogSlice {
  readonly rows: readonly EventRow[];
  /** Of the payloads they name. */
  readonly contents: ReadonlyMap<string, string>;
}

/**
 * The logs of some instances, of each by seq, in slices bounded by events and bytes, however long the logs are and whatever they carry.
 * @param manager in a transaction; one reading at a time
 */
export async function* readEvents(
  manager: EntityManager,
  ids: readonly string[],
  limits = sliceLimits,
): AsyncGenerator<LogSlice> {
  await manager.query(
    `DECLARE verified_logs NO SCROLL CURSOR FOR
     SELECT w.id, e.seq, e.generation, e.type, e.path, e.attempt, e.data AS content, e.occurred_at AS at, e.schema_version AS "schemaVersion"
     FROM unnest($1::uuid[]) AS w(id) CROSS JOIN LATERAL (SELECT * FROM workflow_events v WHERE v.instance_id = w.id ORDER BY v.seq) e`,
    [ids],
  );
  for (let isMore = true; isMore;) {
    const rows: EventRow[] = await manager.query(`FETCH ${limits.events} FROM verified_logs`);
    isMore = rows.length === limits.events;
    for (const slice of slicesOf(rows, limits.bytes))
      yield { rows: slice.rows, contents: await contentsFromSource(manager, slice.refs) };
  }
  await manager.query('CLOSE verified_logs');
}

interface Slice {
  readonly rows: EventRow[];
  readonly refs: PayloadRef[];
  bytes: number;
}

/** Cut so that the payloads of each fit into memory. */
function slicesOf(rows: readonly EventRow[], bytesAtMost: number): Slice[] {
  const slices: Slice[] = [{ rows: [], refs: [], bytes: 0 }];
  for (const row of rows) {
    const refs = refsOrNone(() => refsIn([row.content]));
    const bytes = refs.reduce((sum, { size }) => sum + size, 0);
    let slice = slices.at(-1)!;
    if (slice.bytes > 0 && slice.bytes + bytes > bytesAtMost) slices.push((slice = { rows: [], refs: [], bytes: 0 }));
    slice.rows.push(row);
    slice.refs.push(...refs);
    slice.bytes += bytes;
  }
  return slices;
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
    [wanted.filter(isUuid)],
  );
  return new Set(rows.map((row) => row.id));
}
