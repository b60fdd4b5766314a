import { DatabaseError, type Pool } from 'pg';
import type { InstanceId } from '#libs/engine';
import { type PgArray, plainArray } from '../connections/pg-array.js';
import type { StartRow } from './instance-door.js';
import { insertNewStarts } from './start-statements.js';
import { inLockOrder, startValues } from './start-values.js';

/** A start that is thought to be new. */
export interface NewStart {
  readonly row: StartRow;
  /** Its version was taken for the active one: it counts only if it still is. */
  readonly ifActive: boolean;
  /** The request it answers; `answer` is what a repeat of it gets, with 201. */
  readonly request?: { readonly key: string; readonly hash: string; readonly answer: string };
}

/** Refusals of the data, a twin that was stored (23), one that is being stored still, a circle of locks: nothing of the statement is left. */
const refused = /^(?:22...|23...|40P01|54000|55P03)$/;

/** How long a name may be held by somebody's open transaction: starts that come together must not all wait for one of them, ms. */
export const newStartLockMs = 100;

/**
 * The quick way in: starts that are new in every respect, with the answers to their requests, in one statement. What it leaves alone is
 * for `InstanceDoor` and `IdempotencyStore`, which find out why, one by one.
 */
export class NewStartDoor {
  /** @param pool with a `lockTimeoutMs` */
  constructor(private readonly pool: Pick<Pool, 'query'>) {}

  /**
   * All or some or none are stored, each together with its answer.
   * @param starts without `debounce`; ids and keys of requests differ
   * @returns ids of those that are stored
   */
  async insert(starts: readonly NewStart[]): Promise<ReadonlySet<InstanceId>> {
    if (starts.length === 0) return new Set();
    const values = writtenDown(starts);
    if (values === undefined) return new Set();
    try {
      const { rows } = await this.pool.query<{ id: InstanceId }>({ ...insertNewStarts, values });
      return new Set(rows.map(({ id }) => id));
    } catch (error) {
      if (error instanceof DatabaseError && refused.test(error.code ?? '')) return new Set();
      throw error;
    }
  }
}

/** Undefined when one of them cannot be written down: the others must not suffer from it. */
function writtenDown(starts: readonly NewStart[]): (PgArray | string)[] | undefined {
  const ordered = inLockOrder(starts, ({ row }) => row);
  const requests = ordered.flatMap(({ row, request }) => (request ? [[row.id, request] as const] : []));
  try {
    return [
      ...startValues(ordered.map(({ row }) => row)),
      plainArray(ordered.map(({ ifActive }) => String(ifActive))),
      JSON.stringify(Object.fromEntries(requests)),
    ];
  } catch {
    return undefined;
  }
}
