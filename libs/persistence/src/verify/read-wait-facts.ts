import type { EntityManager } from 'typeorm';
import type { LoadedRow } from '../events/load-statement.js';
import type { WaitFacts } from './compare-waits.js';

interface PathRow {
  readonly id: string;
  readonly path: string;
}

const pathsOf = async (manager: EntityManager, table: string, ids: readonly string[]): Promise<Map<string, Set<string>>> => {
  const rows: PathRow[] = await manager.query(
    `SELECT DISTINCT instance_id AS id, path FROM ${table} WHERE instance_id = ANY($1::uuid[])`,
    [ids],
  );
  const byId = Map.groupBy(rows, (row) => row.id);
  return new Map([...byId].map(([id, own]) => [id, new Set(own.map((row) => row.path))]));
};

const none: ReadonlySet<string> = new Set();

/** Of the instances of a page, as of the moment of the transaction. */
export async function readWaitFacts(
  manager: EntityManager,
  ids: readonly string[],
  events: readonly Pick<LoadedRow, 'type' | 'content'>[],
  dueAts: ReadonlyMap<string, number | null>,
): Promise<(id: string) => WaitFacts> {
  const asks = await pathsOf(manager, 'workflow_asks', ids);
  const subscriptions = await pathsOf(manager, 'workflow_subscriptions', ids);
  const lockRequests = await pathsOf(manager, 'workflow_lock_requests', ids);
  const children = await knownChildren(manager, events);
  return (id) => ({
    dueAt: dueAts.get(id) ?? null,
    asks: asks.get(id) ?? none,
    subscriptions: subscriptions.get(id) ?? none,
    lockRequests: lockRequests.get(id) ?? none,
    children,
  });
}

/** Those asked for or joined that are there, and those whose request is stored: it is answered, or will be. */
async function knownChildren(
  manager: EntityManager,
  events: readonly Pick<LoadedRow, 'type' | 'content'>[],
): Promise<ReadonlySet<string>> {
  const wanted = events.flatMap(({ type, content }) => {
    if (type === 'childRequested') return [(JSON.parse(content) as { childId: string }).childId];
    return type === 'childStarted' ? [(JSON.parse(content) as { id: string }).id] : [];
  });
  if (wanted.length === 0) return none;
  const rows: { id: string }[] = await manager.query(
    `SELECT u.id FROM unnest($1::uuid[]) AS u(id) WHERE EXISTS (SELECT 1 FROM workflow_instances i WHERE i.id = u.id)
      OR EXISTS (SELECT 1 FROM workflow_inbox b WHERE b.instance_id = u.id AND b.kind = 'startChild')`,
    [wanted],
  );
  return new Set(rows.map((row) => row.id));
}
