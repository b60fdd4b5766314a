import type { DataSource } from 'typeorm';
import type { InstanceId } from '#libs/engine';
import { isUuid, readCursor, writeCursor } from '../connections/cursor.js';
import type { InstanceHead } from '../ports.js';
import { contentsFromSource } from '../payloads/payload-contents.js';
import { readable } from '../payloads/spoilt.js';
import { InstanceEntity } from '../schema/entities/instance.entity.js';
import { headOf, headRefs } from './head-row.js';
import { filterSql, type InstanceFilter } from './instance-filter.js';
import { listColumns, listItemOf, type InstanceListItem, type ListRow } from './list-row.js';

/** Counts end here: `isCapped` says that there are more. */
export const COUNT_CAP = 10_000;

export interface Page {
  /** `next` of the page before. */
  readonly cursor?: string;
  readonly limit: number;
  /** Default: newest first. */
  readonly order?: 'newest' | 'oldest';
}

export interface PageOf<Item> {
  readonly items: Item[];
  /** Cursor of the next page; null at the end. */
  readonly next: string | null;
}

export interface CappedCount {
  readonly count: number;
  readonly isCapped: boolean;
}

/** Reads of instance heads for people; owners read through `EventStore`. */
export class InstanceQueries {
  constructor(private readonly dataSource: DataSource) {}

  async get(id: string): Promise<InstanceHead | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await this.dataSource.getRepository(InstanceEntity).findOneBy({ id });
    if (row === null) return undefined;
    const contents = await contentsFromSource(
      this.dataSource,
      readable('the instance', () => headRefs(row)),
    );
    return readable('the instance', () => headOf(row, contents));
  }

  /** The same without input and output, for many; unknown ids are absent. */
  async byIds(ids: readonly string[]): Promise<InstanceListItem[]> {
    if (ids.length === 0) return [];
    const rows: ListRow[] = await this.dataSource.query(
      `SELECT ${listColumns} FROM workflow_instances i WHERE i.id = ANY($1::uuid[])`,
      [ids],
    );
    return rows.map(listItemOf);
  }

  /**
   * A page by id (which is by time of creation).
   * @throws InvalidCursor
   */
  async list(filter: InstanceFilter, page: Page): Promise<PageOf<InstanceListItem>> {
    const { from, where, values, isPossible } = filterSql(filter);
    if (!isPossible) return { items: [], next: null };
    const [comparison, direction] = page.order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC'];
    const order = page.order ?? 'newest';
    let after = '';
    if (page.cursor !== undefined) {
      values.push(readCursor(order, page.cursor));
      after = ` AND i.id ${comparison} $${values.length}::uuid`;
    }
    const rows: ListRow[] = await this.dataSource.query(
      `SELECT ${listColumns} FROM ${from} WHERE ${where}${after} ORDER BY i.id ${direction} LIMIT ${page.limit + 1}`,
      values,
    );
    const items = rows.slice(0, page.limit).map(listItemOf);
    return { items, next: rows.length > page.limit ? writeCursor(order, items.at(-1)!.id) : null };
  }

  /** How many match, at most `COUNT_CAP`. */
  async count(filter: InstanceFilter): Promise<CappedCount> {
    const { from, where, values, isPossible } = filterSql(filter);
    if (!isPossible) return { count: 0, isCapped: false };
    const rows: { n: number }[] = await this.dataSource.query(
      `SELECT count(*)::int AS n FROM (SELECT 1 FROM ${from} WHERE ${where} LIMIT ${COUNT_CAP + 1}) x`,
      values,
    );
    return capped(rows[0]!.n);
  }

  /** Unconsumed inbox rows of an instance, oldest first: what was asked for and not yet decided. */
  async waitingInbox(id: InstanceId): Promise<{ id: string; kind: string; receivedAt: number }[]> {
    return this.dataSource.query(
      `SELECT id, kind, received_at AS "receivedAt" FROM workflow_inbox WHERE instance_id = $1 AND applied_seq IS NULL ORDER BY received_at, id`,
      [id],
    );
  }
}

export const capped = (counted: number): CappedCount => ({ count: Math.min(counted, COUNT_CAP), isCapped: counted > COUNT_CAP });
