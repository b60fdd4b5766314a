import type { DataSource } from 'typeorm';
import type { JsonObject } from '#libs/engine';
import { isUuid, readCursor, writeCursor } from '../connections/cursor.js';
import { capped, type CappedCount, COUNT_CAP, type Page, type PageOf } from '../instances/instance-queries.js';
import { isJsonObject, jsonOr } from '../payloads/spoilt.js';
import type { IncidentFilter, IncidentGroupRow, IncidentRow, IncidentWithMessage } from './incident.js';

/** Open incidents that are grouped at most: the newest. */
const GROUPED_AT_MOST = 100_000;

/** Retries of other steps that are looked at: whoever has retried more often is asked to act on the step as it is. */
const RETRIES_READ = 100;

/** No event has a higher seq: the column is an integer, and the number at the end of a message's name is whatever is written there. */
const LAST_SEQ = 2 ** 31 - 1;

const status = `CASE WHEN x.resolved_at IS NULL THEN 'open' ELSE coalesce(x.closed_as, 'resolved') END`;
const columns = `x.id, x.kind, x.reason, x.code, x.headers, x.instance_id AS "instanceId", x.definition, x.path, x.step,
  x.message_key AS "messageKey", ${status} AS status, x.deliveries, x.redrives, x.at, coalesce(x.last_at, x.at) AS "lastAt",
  x.resolved_at AS "closedAt", x.closed_by AS "closedBy", x.closed_reason AS "closedReason"`;

type Stored<T> = Omit<T, 'headers'> & { readonly headers: string | null };

/** In place of what cannot be read: the incident is shown, and its message is not sent again without them. */
export const UNREADABLE_HEADERS: JsonObject = { unreadable: true };

/** Incidents for people. */
export class IncidentQueries {
  constructor(private readonly dataSource: DataSource) {}

  async get(id: string): Promise<IncidentWithMessage | undefined> {
    if (!isUuid(id)) return undefined;
    const [row]: Stored<IncidentWithMessage>[] = await this.dataSource.query(
      `SELECT ${columns}, x.raw, x.error, x.result FROM workflow_incidents x WHERE x.id = $1`,
      [id],
    );
    return row && rowOf(row);
  }

  /** Has anything happened to the step of a lost step since it was lost? What cannot be read may be about it, so it counts as if it was. */
  async hasMovedOn({ instanceId, path, messageKey }: Pick<IncidentRow, 'instanceId' | 'path' | 'messageKey'>): Promise<boolean> {
    const lostAt = /^lostStep:.*:(\d+)$/.exec(messageKey ?? '')?.[1];
    if (lostAt === undefined || path === null) return false;
    const rows: { retried: string | null }[] = await this.dataSource.query(
      `SELECT CASE WHEN type = 'instanceRetried' THEN data END AS retried FROM workflow_events
       WHERE instance_id = $1 AND seq > $2 AND (path = $3 OR type IN ('instanceRetried', 'instanceStartedAgain'))
       ORDER BY type = 'instanceRetried' LIMIT ${RETRIES_READ + 1}`,
      [instanceId, Math.min(Number(lostAt), LAST_SEQ), path],
    );
    return rows.length > RETRIES_READ || rows.some(({ retried }) => retried === null || isRetryOf(path, retried));
  }

  /** Newest first. @throws InvalidCursor */
  async list(filter: IncidentFilter, page: Page): Promise<PageOf<IncidentRow>> {
    const { where, values } = filterSql(filter);
    if (page.cursor !== undefined) where.push(`x.id < $${values.push(readCursor('incidents', page.cursor))}::uuid`);
    const rows = await this.rows(where, values, `ORDER BY x.id DESC LIMIT ${page.limit + 1}`);
    const items = rows.slice(0, page.limit);
    return { items, next: rows.length > page.limit ? writeCursor('incidents', items.at(-1)!.id) : null };
  }

  /** Ids, oldest first. @param until first seen at or before, epoch ms */
  async idsAfter(
    filter: IncidentFilter,
    after: string | null,
    limit: number,
    until = Number.MAX_SAFE_INTEGER,
  ): Promise<string[]> {
    const { where, values } = filterSql(filter);
    where.push(`x.at <= $${values.push(until)}`);
    if (after !== null) where.push(`x.id > $${values.push(after)}::uuid`);
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT x.id FROM workflow_incidents x WHERE ${where.join(' AND ')} ORDER BY x.id LIMIT ${limit}`,
      values,
    );
    return rows.map(({ id }) => id);
  }

  async count(filter: IncidentFilter): Promise<CappedCount> {
    const { where, values } = filterSql(filter);
    const [row]: { n: number }[] = await this.dataSource.query(
      `SELECT count(*)::int AS n FROM (SELECT FROM workflow_incidents x WHERE ${where.join(' AND ')} LIMIT ${COUNT_CAP + 1}) c`,
      values,
    );
    return capped(row!.n);
  }

  openByKind(): Promise<{ kind: string; count: number }[]> {
    return this.dataSource.query(
      `SELECT kind, count(*)::int AS count FROM workflow_incidents WHERE resolved_at IS NULL GROUP BY kind ORDER BY kind`,
    );
  }

  /** Of open incidents, those seen last first; of very many the newest. */
  async groups(filter: IncidentFilter, limit: number): Promise<IncidentGroupRow[]> {
    const { where, values } = filterSql({ ...filter, status: 'open' });
    return this.dataSource.query(
      `SELECT g.kind, g.code, g.step, g.definition, g.count, g."firstAt", g."lastAt", s.id AS sample, s.reason, s.instance_id AS "instanceId"
       FROM (
         SELECT x.kind, x.code, x.step, x.definition, count(*)::int AS count, min(x.at) AS "firstAt",
           max(coalesce(x.last_at, x.at)) AS "lastAt", (array_agg(x.id ORDER BY x.id DESC))[1] AS newest
         FROM (SELECT * FROM workflow_incidents x WHERE ${where.join(' AND ')} ORDER BY x.id DESC LIMIT ${GROUPED_AT_MOST}) x
         GROUP BY x.kind, x.code, x.step, x.definition
       ) g JOIN workflow_incidents s ON s.id = g.newest
       ORDER BY g."lastAt" DESC, s.id DESC LIMIT ${limit}`,
      values,
    );
  }

  private async rows(where: readonly string[], values: readonly unknown[], rest: string): Promise<IncidentRow[]> {
    const rows: Stored<IncidentRow>[] = await this.dataSource.query(
      `SELECT ${columns} FROM workflow_incidents x WHERE ${where.join(' AND ')} ${rest}`,
      [...values],
    );
    return rows.map(rowOf);
  }
}

/** A retry without path is of the whole instance, and one of a block is of what is in it. @param text data of an `instanceRetried` */
function isRetryOf(path: string, text: string): boolean {
  const retried = jsonOr<JsonObject | undefined>(text, isJsonObject, undefined)?.path;
  return typeof retried !== 'string' || `${path}/`.startsWith(`${retried}/`);
}

const rowOf = <T>({ headers, ...row }: Stored<T>): T =>
  ({ ...row, headers: headers === null ? null : jsonOr<JsonObject>(headers, isJsonObject, UNREADABLE_HEADERS) }) as T;

function filterSql(filter: IncidentFilter): { where: string[]; values: unknown[] } {
  const where: string[] = ['true'];
  const values: unknown[] = [];
  const add = (value: unknown, sql: (at: string) => string): void => {
    if (value !== undefined) where.push(sql(`$${values.push(value)}`));
  };
  const { kinds, code, reason, path, step, instanceId, definition, from, to } = filter;
  add(kinds, (at) => `x.kind = ANY(${at}::text[])`);
  add(code, (at) => `x.code IS NOT DISTINCT FROM ${at}`);
  add(step, (at) => `x.step IS NOT DISTINCT FROM ${at}`);
  add(definition, (at) => `x.definition IS NOT DISTINCT FROM ${at}`);
  add(reason?.toLowerCase(), (at) => `position(${at} in lower(x.reason)) > 0`);
  add(path, (at) => `(x.path = ${at} OR x.step = ${at})`);
  add(instanceId, (at) => `x.instance_id = ${at}::uuid`);
  add(from, (at) => `x.at >= ${at}`);
  add(to, (at) => `x.at < ${at}`);
  if (filter.status === 'open')
    where.push('x.resolved_at IS NULL'); // as the index has it
  else add(filter.status, (at) => `x.resolved_at IS NOT NULL AND coalesce(x.closed_as, 'resolved') = ${at}`);
  return { where, values };
}
