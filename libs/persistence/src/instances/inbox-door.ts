import type { Pool, PoolClient } from 'pg';
import { type InstanceId, type InstanceStatus, type JsonObject } from '#libs/engine';
import { plainArray, textArray } from '../connections/pg-array.js';
import { dataFault } from '../events/sql-faults.js';
import { contentsFromPool } from '../payloads/payload-contents.js';
import { readable } from '../payloads/spoilt.js';
import { Payloads, readStored, refsIn, writeStored } from '../payloads/stored-json.js';
import type { InboxRow, NewInboxRow } from '../ports.js';
import { findInbox, inboxOutcomes, insertInbox, readInbox, reopenInbox } from './inbox-statements.js';

/**
 * `stored`: waits to be applied. `existing`: the same id came before (`applied` = the outcome, once it was applied).
 * `ended`: the instance has ended (`status`) and this cannot re-open it, nothing was stored. `unknown`: there is no such instance.
 */
export type InboxOutcome =
  | { readonly outcome: 'stored' }
  | { readonly outcome: 'existing'; readonly applied: string | null }
  | { readonly outcome: 'ended'; readonly status: InstanceStatus }
  | { readonly outcome: 'unknown' };

/** Decided by the owner: `outcome` is `applied`, or why it was refused; `seq` is the instance's after it. */
export interface DecidedInbox {
  readonly seq: number;
  readonly outcome: string;
}

/** A row as it was stored; `outcome` is null while its owner has not decided. */
export interface StoredInbox {
  readonly kind: string;
  readonly content: JsonObject;
  readonly outcome: string | null;
}

interface FoundRow {
  readonly place: number;
  readonly isThere: boolean;
  readonly applied: string | null;
  readonly status: InstanceStatus | null;
}

/** Where instance commands come in. Durable when this returns; a hint to the partition only makes it quicker. */
export class InboxDoor {
  constructor(private readonly pool: Pool | PoolClient) {}

  /**
   * Idempotent by (instance, id). An instance that ends at the same moment may still get the row: its owner then refuses it.
   * @returns one outcome per row, in order
   * @throws DataFault when a value cannot be stored
   */
  async insertInbox(rows: readonly NewInboxRow[]): Promise<InboxOutcome[]> {
    if (rows.length === 0) return [];
    const stored = await this.insert(rows);
    const lost = rows.flatMap((row, place) => (stored.delete(keyOf(row)) ? [] : [{ row, place }]));
    const found = new Map((lost.length === 0 ? [] : await this.find(lost)).map((row) => [row.place, row]));
    return rows.map((_, place) => outcomeOf(found.get(place)));
  }

  /** What the owners have decided, in order of the rows; undefined where they have not yet. */
  async outcomes(rows: readonly Pick<InboxRow, 'instanceId' | 'id'>[]): Promise<(DecidedInbox | undefined)[]> {
    if (rows.length === 0) return [];
    const values = [
      plainArray(rows.map((_, place) => place)),
      plainArray(rows.map((row) => row.instanceId)),
      textArray(rows.map((row) => row.id)),
    ];
    const found = await this.pool.query<DecidedInbox & { place: number }>({ ...inboxOutcomes, values });
    const byPlace = new Map(found.rows.map((row) => [row.place, { seq: row.seq, outcome: row.outcome }]));
    return rows.map((_, place) => byPlace.get(place));
  }

  /** @throws SpoiltRow */
  async read({ instanceId, id }: Pick<InboxRow, 'instanceId' | 'id'>): Promise<StoredInbox | undefined> {
    const { rows } = await this.pool.query<Omit<StoredInbox, 'content'> & { content: string }>({
      ...readInbox,
      values: [instanceId, id],
    });
    const [row] = rows;
    if (row === undefined) return undefined;
    const named = `the message ${id}`;
    const refs = readable(named, () => refsIn([row.content]));
    const contents = await contentsFromPool(this.pool, refs);
    return { ...row, content: readable(named, () => readStored(row.content, contents)) };
  }

  /** A row that was refused for a passing reason (`outcome`) is to be decided again; others stay as they are. */
  async reopen({ instanceId, id }: Pick<InboxRow, 'instanceId' | 'id'>, outcome: string): Promise<void> {
    await this.pool.query({ ...reopenInbox, values: [instanceId, id, outcome] });
  }

  private async insert(rows: readonly NewInboxRow[]): Promise<Set<string>> {
    const payloads = new Payloads();
    const contents = rows.map((row) => writeStored(row.instanceId, row.content, payloads));
    try {
      const answer = await this.pool.query<{ instanceId: InstanceId; id: string }>({
        ...insertInbox,
        values: [
          plainArray(rows.map((row) => row.instanceId)),
          textArray(rows.map((row) => row.id)),
          textArray(rows.map((row) => row.kind)),
          textArray(contents),
          ...payloads.values,
        ],
      });
      return new Set(answer.rows.map(keyOf));
    } catch (error) {
      throw dataFault(error) ?? error;
    }
  }

  private async find(lost: readonly { row: NewInboxRow; place: number }[]): Promise<FoundRow[]> {
    const values = [
      plainArray(lost.map(({ place }) => place)),
      plainArray(lost.map(({ row }) => row.instanceId)),
      textArray(lost.map(({ row }) => row.id)),
    ];
    return (await this.pool.query<FoundRow>({ ...findInbox, values })).rows;
  }
}

const keyOf = (row: { instanceId: InstanceId; id: string }): string => `${row.instanceId} ${row.id}`;

function outcomeOf(found: FoundRow | undefined): InboxOutcome {
  if (found === undefined) return { outcome: 'stored' };
  if (found.isThere) return { outcome: 'existing', applied: found.applied };
  if (found.status === null) return { outcome: 'unknown' };
  return { outcome: 'ended', status: found.status };
}
