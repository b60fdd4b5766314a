import type { AuditEvent, AuditEventData, InstanceId, Json, JsonObject } from '#libs/engine';
import { isStartRequest } from '../children/start-request.js';
import { headColumns, headOf, headRefs } from '../instances/head-row.js';
import { isJsonObject, jsonOr, readable, SpoiltRow } from '../payloads/spoilt.js';
import { type PayloadRef, readStored, refsIn, refsOrNone } from '../payloads/stored-json.js';
import { INBOX_AT_ONCE, type InboxKind, type InboxRow, type StoredInstance, type WorkState } from '../ports.js';
import type { InstanceEntity } from '../schema/entities/instance.entity.js';

type Contents = ReadonlyMap<string, string>;

/** What has not begun yet begins as its definition stands at that moment. */
const pausedWith = `CASE WHEN i.status = 'pending' THEN (
    SELECT json_build_object('by', n.paused_by, 'reason', n.pause_reason) FROM workflow_definition_names n
    WHERE n.tenant = i.tenant AND n.name = i.definition AND n.paused_at IS NOT NULL) END AS "pausedWith"`;

/**
 * Head, snapshot, later events, wake-up and waiting inbox rows of many instances, in one round trip and of one moment. Five kinds of rows
 * share the columns; every part goes by key, LATERAL lets each id prune the partitions of the audit log,
 * and the bucket leads to the waiting inbox rows without reading those applied long ago.
 */
export const loadStatement = {
  name: 'load_instances',
  text: `WITH wanted AS (SELECT id FROM unnest($1::uuid[]) AS u(id))
SELECT 'head' AS part, w.id, 0 AS seq, NULL::int AS generation, NULL::text AS type, NULL::text AS path, NULL::int AS attempt, h.row AS content, NULL::bigint AS at
  FROM wanted w CROSS JOIN LATERAL (SELECT row_to_json(x)::text AS row FROM (SELECT ${headColumns('i')}, ${pausedWith} FROM workflow_instances i WHERE i.id = w.id) x) h
UNION ALL
SELECT 'snapshot', w.id, s.seq, NULL, NULL, NULL, NULL, s.state, NULL FROM wanted w JOIN workflow_snapshots s ON s.instance_id = w.id
UNION ALL
SELECT 'event', w.id, e.seq, e.generation, e.type, e.path, e.attempt, e.data, e.occurred_at
  FROM wanted w CROSS JOIN LATERAL (
    SELECT * FROM workflow_events v WHERE v.instance_id = w.id
      AND v.seq > coalesce((SELECT s.seq FROM workflow_snapshots s WHERE s.instance_id = w.id), 0)
    ORDER BY v.seq) e
UNION ALL
SELECT 'wakeup', w.id, 0, NULL, k.work, NULL, NULL, NULL, k.due_at FROM wanted w JOIN workflow_wakeups k ON k.instance_id = w.id
UNION ALL
SELECT 'inbox', w.id, b.bucket, NULL, b.kind, b.id, NULL, b.content, b.received_at
  FROM wanted w CROSS JOIN LATERAL (
    SELECT * FROM workflow_inbox v WHERE v.instance_id = w.id AND v.applied_seq IS NULL
      AND v.bucket = (SELECT i.bucket FROM workflow_instances i WHERE i.id = w.id)
    ORDER BY v.received_at, length(v.id), v.id LIMIT ${INBOX_AT_ONCE}) b`,
} as const;

/** One row of the answer; which fields are set depends on `part`. */
export interface LoadedRow {
  readonly part: 'head' | 'snapshot' | 'event' | 'wakeup' | 'inbox';
  readonly id: InstanceId;
  readonly seq: number;
  readonly generation: number;
  readonly type: string;
  readonly path: string | null;
  readonly attempt: number | null;
  readonly content: string;
  readonly at: number;
}

type EventRow = Pick<LoadedRow, 'seq' | 'generation' | 'type' | 'path' | 'attempt' | 'content' | 'at'>;

/** For people, who see what is there. */
const spoiltData = (content: string): JsonObject => ({ unreadable: content.slice(0, 1_000) });

function strictData({ seq, content }: EventRow, contents: Contents): JsonObject {
  const data = readable(`event ${seq}`, () => readStored<Json>(content, contents));
  if (!isJsonObject(data))
    throw new SpoiltRow(`event ${seq} cannot be read: expected an object, but found ${content.slice(0, 40)}`);
  return data;
}

/**
 * Rows of the audit log as events: absent fields are absent, not null.
 * @param contents of the payloads they name; absent: these stay named, and data that cannot be read is shown as it is
 * @throws SpoiltRow with `contents`: nobody may decide on what is not known
 */
export function eventOf(row: EventRow, contents?: Contents): AuditEvent {
  const { seq, generation, type, path, attempt, content, at } = row;
  const data =
    contents === undefined ? jsonOr<JsonObject>(content, isJsonObject, spoiltData(content)) : strictData(row, contents);
  return {
    seq,
    generation,
    type: type as keyof AuditEventData,
    ...(path !== null && { path }),
    ...(attempt !== null && { attempt }),
    data,
    at,
  } as unknown as AuditEvent;
}

/** Payloads the rows name. */
export const loadedRefs = (rows: readonly LoadedRow[]): PayloadRef[] => rows.flatMap((row) => refsOrNone(() => refsOfRow(row)));

function refsOfRow({ part, content }: LoadedRow): PayloadRef[] {
  if (part === 'head') return headRefs(JSON.parse(content) as InstanceEntity);
  return part === 'event' || part === 'inbox' ? refsIn([content]) : [];
}

/** A row that cannot be read is of the kind `spoilt`, and says why: it is settled as such, and what comes after it is not held up. */
export function inboxOf(row: Pick<LoadedRow, 'id' | 'seq' | 'type' | 'path' | 'content' | 'at'>, contents: Contents): InboxRow {
  const address = { id: row.path ?? '', instanceId: row.id, bucket: row.seq, receivedAt: row.at };
  try {
    const content = readStored<Json>(row.content, contents);
    if (!isJsonObject(content)) throw new SpoiltRow(`expected an object, but found ${row.content.slice(0, 40)}`);
    if (row.type === 'startChild' && !isStartRequest(content)) throw new SpoiltRow('expected a request for a child');
    return { ...address, kind: row.type as InboxKind, content };
  } catch (error) {
    return { ...address, kind: 'spoilt', content: { reason: `${row.type} cannot be read: ${String(error)}` } };
  }
}

interface Draft {
  head?: StoredInstance['head'];
  snapshot: StoredInstance['snapshot'];
  wakeup: StoredInstance['wakeup'];
  readonly events: AuditEvent[];
  readonly inbox: InboxRow[];
}

/** What was read of many instances: those that can be gone on with, and why the others cannot. */
export interface Assembled {
  readonly instances: readonly StoredInstance[];
  readonly spoilt: ReadonlyMap<InstanceId, unknown>;
}

/** Puts the rows of each instance together, in order. One that is spoilt is none, and spoils no other. */
export function assemble(rows: readonly LoadedRow[], contents: Contents): Assembled {
  const spoilt = new Map<InstanceId, unknown>();
  const instances = [...Map.groupBy(rows, (row) => row.id)].flatMap(([id, own]) => {
    try {
      return assembleOne(own, contents);
    } catch (error) {
      spoilt.set(id, error);
      return [];
    }
  });
  return { instances, spoilt };
}

function assembleOne(rows: readonly LoadedRow[], contents: Contents): StoredInstance[] {
  const draft: Draft = { snapshot: null, wakeup: null, events: [], inbox: [] };
  for (const row of rows) {
    if (row.part === 'head')
      draft.head = readable('the instance', () => headOf(JSON.parse(row.content) as InstanceEntity, contents));
    else if (row.part === 'snapshot') draft.snapshot = { seq: row.seq, state: row.content };
    else if (row.part === 'event') draft.events.push(eventOf(row, contents));
    else if (row.part === 'wakeup') draft.wakeup = { dueAt: row.at, work: row.type as WorkState };
    else draft.inbox.push(inboxOf(row, contents));
  }
  const { head, snapshot, wakeup, events, inbox } = draft;
  if (head === undefined) return [];
  events.sort((a, b) => a.seq - b.seq);
  inbox.sort(inOrder);
  return [{ head, snapshot, wakeup, events, inbox }];
}

/** Of rows received in the same millisecond, those of one sender are numbered. */
export const inOrder = (a: InboxRow, b: InboxRow): number =>
  a.receivedAt - b.receivedAt || a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
