import { AsyncLocalStorage } from 'node:async_hooks';
import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { canonicalJson, type JsonObject } from '#libs/engine';
import type { Database } from '../connections/database.js';
import { NOW_MS } from '../connections/database-clock.js';
import { readCursor, writeCursor } from '../connections/cursor.js';
import { sqlState, transact } from '../connections/transact.js';
import type { Page, PageOf } from '../instances/instance-queries.js';
import { readable } from '../payloads/spoilt.js';
import { OperatorLogEntity } from '../schema/entities/operation.entities.js';

/** Who did what to what, and why. */
export interface OperatorAction {
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly reason?: string;
  /** A UUIDv7 that names the action, so that a repeat of it is written once; absent: a new one. */
  readonly id?: string;
  /** What else was asked for; no payloads. */
  readonly details?: JsonObject;
  /** Where the request came from; default: that of the request under way. */
  readonly address?: string | undefined;
}

/** All conditions must hold; times in epoch ms. */
export interface OperatorLogFilter {
  readonly actor?: string;
  /** `subject.verb`, or `subject.*`. */
  readonly action?: string;
  /** Or its beginning. */
  readonly target?: string;
  readonly from?: number;
  readonly to?: number;
}

/** Whose request is being answered: set by the door it came through, so that nobody has to hand it on. */
export const callers = new AsyncLocalStorage<{ readonly address: string }>();

export class OperatorLog {
  constructor(private readonly dataSource: DataSource) {}

  /** Of what was done elsewhere, or is about to be. */
  async append(entry: OperatorAction): Promise<void> {
    await this.dataSource.query(`${insert} ON CONFLICT DO NOTHING`, valuesOf(entry));
  }

  /**
   * Makes a change and its entry in one transaction: both are there, or neither. A repeat of the request, which has the same id, changes
   * nothing and gets what the first one came to.
   * @param change what it returns is kept as JSON, so no secrets; undefined: nothing was changed, and nothing is written down; what it
   *               throws undoes it. Everything it writes goes through the manager or the connection it is handed
   */
  async record<T>(entry: OperatorAction, change: Change<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await transact(this.dataSource, (manager, client) => recordIn(manager, client, entry, change));
      } catch (error) {
        if (attempt === mostAttempts || !conflicts.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  /** What a change came to that was recorded for the request with this id. @throws SpoiltRow */
  async resultOf<T>(id: string | undefined): Promise<T | undefined> {
    return id === undefined ? undefined : (await earlierOf<T>(this.dataSource, id))?.result;
  }

  /** Newest first. @throws InvalidCursor */
  async list(filter: OperatorLogFilter, page: Page): Promise<PageOf<OperatorLogEntity>> {
    const { actor, action, target, from, to } = filter;
    const query = this.dataSource
      .getRepository(OperatorLogEntity)
      .createQueryBuilder('x')
      .orderBy('x.id', 'DESC')
      .limit(page.limit + 1);
    if (actor !== undefined) query.andWhere('x.actor = :actor', { actor });
    if (action?.endsWith('.*')) query.andWhere('starts_with(x.action, :action)', { action: action.slice(0, -1) });
    else if (action !== undefined) query.andWhere('x.action = :action', { action });
    if (target !== undefined) query.andWhere('starts_with(x.target, :target)', { target });
    if (from !== undefined) query.andWhere('x.at >= :from', { from });
    if (to !== undefined) query.andWhere('x.at < :to', { to });
    if (page.cursor !== undefined) query.andWhere('x.id < :after', { after: readCursor('operator-log', page.cursor) });
    const rows = await query.getMany();
    const items = rows.slice(0, page.limit);
    return { items, next: rows.length > page.limit ? writeCursor('operator-log', items.at(-1)!.id) : null };
  }
}

/** Both kept for a repeat of the request and returned; through the manager or the connection goes everything that is written. */
type Change<T> = (manager: EntityManager, client: PoolClient) => Promise<T>;

/** Deadlocks, and serialisation failures: somebody else's transaction won, nothing of ours was done. */
const conflicts: ReadonlySet<string> = new Set(['40P01', '40001']);
const mostAttempts = 3;

async function recordIn<T>(manager: EntityManager, client: PoolClient, entry: OperatorAction, change: Change<T>): Promise<T> {
  const { id } = entry;
  // The first try of a request may still be at it, though its client has heard that nobody knows.
  if (id !== undefined)
    await manager.query(`SELECT pg_advisory_xact_lock(hashtext('orquestra.operator-log'), hashtext($1))`, [id]);
  const earlier = id === undefined ? undefined : await earlierOf<T>(manager, id);
  if (earlier?.result !== undefined) return earlier.result;
  const result = await change(manager, client);
  const kept = id === undefined ? null : JSON.stringify(result);
  // One without a result was written by the version before, which made the change apart from its entry.
  if (result !== undefined && earlier === undefined) await manager.query(insert, valuesOf(entry, kept));
  return result;
}

/** The entry with this id, if there is one. @throws SpoiltRow */
async function earlierOf<T>(database: Pick<Database, 'query'>, id: string): Promise<{ result: T | undefined } | undefined> {
  const sql = 'SELECT result FROM workflow_operator_log WHERE id = $1';
  const [row] = await database.query<{ result: string | null }[]>(sql, [id]);
  if (row === undefined) return undefined;
  const { result } = row;
  return {
    result: result === null ? undefined : readable(`the result of ${id} in the operator log`, () => JSON.parse(result) as T),
  };
}

const insert = `INSERT INTO workflow_operator_log (id, at, actor, action, target, reason, details, address, result)
  VALUES ($1, ${NOW_MS}, $2, $3, $4, $5, $6, $7, $8)`;

function valuesOf(entry: OperatorAction, result: string | null = null): unknown[] {
  const { id = uuidv7(), actor, action, target, reason = null, details } = entry;
  const address = entry.address ?? callers.getStore()?.address ?? null;
  return [id, actor, action, target, reason, details === undefined ? null : canonicalJson(details), address, result];
}
