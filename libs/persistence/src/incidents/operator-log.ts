import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { canonicalJson, type JsonObject } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { readCursor, writeCursor } from '../connections/cursor.js';
import type { Page, PageOf } from '../instances/instance-queries.js';
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

  async append(entry: OperatorAction): Promise<void> {
    const { id = uuidv7(), actor, action, target, reason = null, details } = entry;
    const address = entry.address ?? callers.getStore()?.address ?? null;
    await this.dataSource.query(
      `INSERT INTO workflow_operator_log (id, at, actor, action, target, reason, details, address) VALUES ($1, ${NOW_MS}, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [id, actor, action, target, reason, details === undefined ? null : canonicalJson(details), address],
    );
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
