import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { canonicalJson, type InstanceId, type InstanceStatus, type Json, type JsonObject } from '#libs/engine';
import { plainArray, textArray } from '../connections/pg-array.js';
import { dataFault } from '../events/sql-faults.js';
import { Payloads, writeStored, writeStoredValue } from '../payloads/stored-json.js';
import type { InstanceOrigin, NewInboxRow } from '../ports.js';
import { InboxDoor, type InboxOutcome } from './inbox-door.js';
import { existingStarts, insertStarts } from './start-statements.js';

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
}

/**
 * `created`: stored, with its wake-up row. `existing`: this very start was stored before, or its key is taken: `id` is that instance.
 * `conflict`: the id is taken by another start.
 */
export interface StartOutcome {
  readonly outcome: 'created' | 'existing' | 'conflict';
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  /** Of the instance that is there, which may differ from what was asked for. */
  readonly version: string;
}

interface FoundRow {
  readonly place: number;
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  readonly version: string;
  readonly isSame: boolean;
}

const DEADLOCK = '40P01';

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
    if (rows.length === 0) return [];
    const created = await this.insert(rows);
    // Rows that lost are read by a statement of their own: the first one's snapshot does not show a concurrent twin.
    const lost = rows.flatMap((row, place) => (created.has(place) ? [] : [{ row, place }]));
    const found = lost.length === 0 ? [] : await this.find(lost);
    const byPlace = new Map(found.map((row) => [row.place, row]));
    return rows.map((row, place) => outcomeOf(row, created.has(place), byPlace.get(place)));
  }

  /** @returns places of the rows that were stored */
  private async insert(rows: readonly StartRow[]): Promise<Set<number>> {
    const ordered = inLockOrder(rows);
    for (let tries = 1; ; tries++) {
      try {
        const answer = await this.pool.query<{ id: InstanceId }>({
          ...insertStarts,
          values: startValues(ordered.map(({ row }) => row)),
        });
        const ids = new Set(answer.rows.map((row) => row.id));
        return placesOf(ordered, ids);
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
      ],
    });
    return rows;
  }
}

/** Locks of unique keys are taken in one order by everybody, so that overlapping batches rarely wait in a circle. */
function inLockOrder(rows: readonly StartRow[]): { row: StartRow; place: number }[] {
  const sortKey = (row: StartRow) => (row.key === null || row.key === undefined ? row.id : `${row.definition} ${row.key}`);
  return rows
    .map((row, place) => ({ row, place, sortKey: sortKey(row) }))
    .sort((a, b) => (a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : a.place - b.place));
}

/** The same id may stand twice in one batch: its first row is the one that was stored. */
function placesOf(ordered: readonly { row: StartRow; place: number }[], ids: Set<InstanceId>): Set<number> {
  const places = new Set<number>();
  for (const { row, place } of ordered) if (ids.delete(row.id)) places.add(place);
  return places;
}

function outcomeOf(row: StartRow, isCreated: boolean, found: FoundRow | undefined): StartOutcome {
  if (isCreated) return { outcome: 'created', id: row.id, status: 'pending', version: row.version };
  // Only a key or an id that is taken refuses a row, and instances are not deleted while their key is in use.
  if (found === undefined) throw new Error(`expected to find what refused the start of ${row.id}, but it is gone`);
  return { outcome: found.isSame ? 'existing' : 'conflict', id: found.id, status: found.status, version: found.version };
}

function startValues(rows: readonly StartRow[]): string[] {
  const payloads = new Payloads();
  return [
    plainArray(rows.map((row) => row.id)),
    textArray(rows.map((row) => row.tenant)),
    textArray(rows.map((row) => row.definition)),
    textArray(rows.map((row) => row.version)),
    textArray(rows.map((row) => row.checksum)),
    textArray(rows.map((row) => row.key ?? null)),
    plainArray(rows.map((row) => row.bucket)),
    textArray(rows.map((row) => row.queue ?? null)),
    plainArray(rows.map((row) => row.priority ?? null)),
    textArray(rows.map((row) => row.summary ?? null)),
    textArray(rows.map((row) => writeStoredValue(row.id, row.input, payloads))),
    textArray(rows.map((row) => canonicalJson(row.tags ?? {}))),
    plainArray(rows.map((row) => row.origin?.parent?.instance ?? null)),
    plainArray(rows.map((row) => row.startAt ?? null)),
    plainArray(rows.map((row) => row.stepsTotal ?? 0)),
    textArray(rows.map(({ id, origin }) => (origin ? writeStored(id, origin, payloads) : null))),
    ...payloads.values, // after all that is written into them
  ];
}
