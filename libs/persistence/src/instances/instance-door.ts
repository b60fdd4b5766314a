import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { canonicalJson, type InstanceId, type InstanceStatus, type Json, type JsonObject } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { dataFault } from '../events/sql-faults.js';
import { Payloads, writeStoredValue } from '../payloads/stored-json.js';
import type { InstanceOrigin, NewInboxRow } from '../ports.js';
import { InboxDoor, type InboxOutcome } from './inbox-door.js';
import { existingStarts, insertStarts, supersede } from './start-statements.js';
import { inLockOrder, startValues } from './start-values.js';

/** A start, checked and ready to be stored; what is absent takes its default. */
export interface StartRow {
  readonly id: InstanceId;
  readonly tenant: string;
  readonly definition: string;
  readonly version: string;
  readonly checksum: string;
  readonly key?: string | null;
  readonly bucket: number;
  readonly queue?: string | null;
  readonly priority?: number | null;
  readonly summary?: string | null;
  readonly input: Json;
  readonly tags?: JsonObject;
  /** Who started it, when no person or system did. */
  readonly origin?: InstanceOrigin | null;
  /** Epoch ms; absent: at once. */
  readonly startAt?: number | null;
  readonly stepsTotal?: number;
  /** While an instance with this one is open, it is meant instead. */
  readonly singleton?: string | null;
  /** Starts after `forMs`, unless a start with the same key comes before; excludes `startAt`. */
  readonly debounce?: { readonly key: string; readonly forMs: number } | null;
}

/**
 * `created`: stored, with its wake-up row. `existing`: this very start was stored before, or its key or singleton is taken: `id` is that instance.
 * `conflict`: the id is taken by another start.
 */
export interface StartOutcome {
  readonly outcome: 'created' | 'existing' | 'conflict';
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  /** Of the instance that is there, which may differ from what was asked for. */
  readonly version: string;
  /** It was found by the singleton. */
  readonly isSingleton?: boolean;
  /** Those whose place it took: they have something in their inbox. */
  readonly superseded?: readonly InstanceId[];
}

interface FoundRow {
  readonly place: number;
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  readonly version: string;
  readonly isSame: boolean;
  readonly isSingleton: boolean;
}

const DEADLOCK = '40P01';
/** What refused a start may be gone when it is looked for: then the start is tried again. */
const TRIES = 20;

/** Where starts come in: a 2xx of the gateway means that this has returned. */
export class InstanceDoor {
  private readonly inbox: InboxDoor;

  /** @param pool or the connection of a transaction, of which the starts are to be a part */
  constructor(private readonly pool: Pool | PoolClient) {
    this.inbox = new InboxDoor(pool);
  }

  /** Instance commands; see `InboxDoor`. */
  insertInbox(rows: readonly NewInboxRow[]): Promise<InboxOutcome[]> {
    return this.inbox.insertInbox(rows);
  }

  /**
   * Stores up to 1,000 starts in one statement; only those that were there already cost a second one.
   * @returns one outcome per row, in order
   * @throws DataFault when a value cannot be stored (the caller checks with `storableFaults` first)
   */
  async insertStarts(rows: readonly StartRow[]): Promise<StartOutcome[]> {
    const outcomes: (StartOutcome | undefined)[] = rows.map(() => undefined);
    for (let tries = 1; ; tries += 1) {
      const open = rows.flatMap((row, place) => (outcomes[place] === undefined ? [{ row, place }] : []));
      if (open.length === 0) return outcomes as StartOutcome[];
      // What refused it was its key, its id or its singleton; of these only a singleton is given up, by an instance that ends.
      const gone = tries > 1 && open.find(({ row }) => !row.singleton && !row.debounce);
      if (gone || tries > TRIES) throw new Error(`expected to find what refused the start of ${open[0]!.row.id}, but it is gone`);
      const found = await this.insertOnce(open.map(({ row }) => row));
      open.forEach(({ place }, index) => (outcomes[place] = found[index]));
    }
  }

  /** @returns undefined for a row that was refused by something that is gone already */
  private async insertOnce(rows: readonly StartRow[]): Promise<(StartOutcome | undefined)[]> {
    const created = await this.insert(rows.map((row, place) => ({ row, place })).filter(({ row }) => !row.debounce));
    const superseded = new Map<number, InstanceId[]>();
    for (const [place, row] of rows.entries()) {
      if (!row.debounce) continue;
      const former = await this.takePlace(row, row.debounce.key);
      if (former !== undefined) superseded.set(place, former);
    }
    const isCreated = (place: number): boolean => created.has(place) || superseded.has(place);
    // Rows that lost are read by a statement of their own: the first one's snapshot does not show a concurrent twin.
    const lost = rows.flatMap((row, place) => (isCreated(place) ? [] : [{ row, place }]));
    const found = lost.length === 0 ? [] : await this.find(lost);
    const byPlace = new Map(found.map((row) => [row.place, row]));
    return rows.map((row, place) => outcomeOf(row, isCreated(place), byPlace.get(place), superseded.get(place)));
  }

  /**
   * One start in the place of another that waits, both or neither; a concurrent one with the same key is refused, and tries again.
   * @returns those whose place it took, or undefined when it was refused
   */
  private async takePlace(row: StartRow, key: string): Promise<InstanceId[] | undefined> {
    const content = canonicalJson({ type: 'cancel', ifPending: true, reason: `superseded by ${row.id}` });
    const work = async (client: PoolClient): Promise<InstanceId[] | undefined> => {
      await client.query('BEGIN');
      const values = [row.tenant, row.definition, key, row.id, content];
      const former = (await client.query<{ id: InstanceId }>({ ...supersede, values })).rows.map(({ id }) => id);
      const isCreated = (await insertIn(client, [row])).size > 0;
      await client.query(isCreated ? 'COMMIT' : 'ROLLBACK');
      return isCreated ? former : undefined;
    };
    try {
      return await inTransaction(this.pool as Pool, work);
    } catch (error) {
      if (error instanceof DatabaseError && error.code === DEADLOCK) return undefined;
      throw dataFault(error) ?? error;
    }
  }

  /** @returns places of the rows that were stored */
  private async insert(rows: readonly { row: StartRow; place: number }[]): Promise<Set<number>> {
    if (rows.length === 0) return new Set();
    const ordered = inLockOrder(rows, ({ row }) => row);
    for (let tries = 1; ; tries++) {
      try {
        return placesOf(ordered, await insertIn(this.pool, ordered.map(({ row }) => row))); // prettier-ignore
      } catch (error) {
        if (error instanceof DatabaseError && error.code === DEADLOCK && tries < 3) continue;
        throw dataFault(error) ?? error;
      }
    }
  }

  private async find(lost: readonly { row: StartRow; place: number }[]): Promise<FoundRow[]> {
    const { rows } = await this.pool.query<FoundRow>({
      ...existingStarts,
      values: [
        plainArray(lost.map(({ place }) => place)),
        plainArray(lost.map(({ row }) => row.id)),
        textArray(lost.map(({ row }) => row.tenant)),
        textArray(lost.map(({ row }) => row.definition)),
        textArray(lost.map(({ row }) => row.key ?? null)),
        textArray(lost.map(({ row }) => writeStoredValue(row.id, row.input, new Payloads()))),
        textArray(lost.map(({ row }) => row.singleton ?? null)),
      ],
    });
    return rows;
  }
}

/** The same id may stand twice in one batch: its first row is the one that was stored. */
function placesOf(ordered: readonly { row: StartRow; place: number }[], ids: Set<InstanceId>): Set<number> {
  const places = new Set<number>();
  for (const { row, place } of ordered) if (ids.delete(row.id)) places.add(place);
  return places;
}

function outcomeOf(
  row: StartRow,
  isCreated: boolean,
  found: FoundRow | undefined,
  superseded: readonly InstanceId[] = [],
): StartOutcome | undefined {
  const took = superseded.length > 0 && { superseded };
  if (isCreated) return { outcome: 'created', id: row.id, status: 'pending', version: row.version, ...took };
  if (found === undefined) return undefined;
  const { id, status, version, isSame, isSingleton } = found;
  return { outcome: isSame ? 'existing' : 'conflict', id, status, version, ...(isSingleton && { isSingleton }) };
}

/** @returns ids of those that were not there */
async function insertIn(client: Pool | PoolClient, rows: readonly StartRow[]): Promise<Set<InstanceId>> {
  const answer = await client.query<{ id: InstanceId }>({ ...insertStarts, values: startValues(rows) });
  return new Set(answer.rows.map((row) => row.id));
}
