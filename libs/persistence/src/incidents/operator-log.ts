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
}

export class OperatorLog {
  constructor(private readonly dataSource: DataSource) {}

  async append(entry: OperatorAction): Promise<void> {
    const { id = uuidv7(), actor, action, target, reason = null, details } = entry;
    await this.dataSource.query(
      `INSERT INTO workflow_operator_log (id, at, actor, action, target, reason, details) VALUES ($1, ${NOW_MS}, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [id, actor, action, target, reason, details === undefined ? null : canonicalJson(details)],
    );
  }

  /** Newest first. @throws InvalidCursor */
  async list(page: Page): Promise<PageOf<OperatorLogEntity>> {
    const query = this.dataSource
      .getRepository(OperatorLogEntity)
      .createQueryBuilder('x')
      .orderBy('x.id', 'DESC')
      .limit(page.limit + 1);
    if (page.cursor !== undefined) query.where('x.id < :after', { after: readCursor('operator-log', page.cursor) });
    const rows = await query.getMany();
    const items = rows.slice(0, page.limit);
    return { items, next: rows.length > page.limit ? writeCursor('operator-log', items.at(-1)!.id) : null };
  }
}
