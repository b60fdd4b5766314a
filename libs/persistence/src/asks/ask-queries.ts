import type { DataSource } from 'typeorm';
import { defaultTenant } from '#libs/contracts';
import type { InstanceId, Json } from '#libs/engine';
import { InvalidCursor, isUuid } from '../connections/cursor.js';
import { isJsonObject, jsonOr } from '../payloads/spoilt.js';
import type { PageOf } from '../instances/instance-queries.js';
import type { AskRow } from '../ports.js';
import type { AskEntity } from '../schema/entities/ask.entity.js';

export interface AskFilter {
  readonly tenant?: string;
  /** Assigned to or claimed by this person. */
  readonly assignee?: string;
  readonly definition?: string;
  readonly instance?: string;
}

const columns = `instance_id AS "instanceId", path, tenant, definition, name, kind, prompt, choices, form, assignees,
  claimed_by AS "claimedBy", due_at AS "dueAt", timeout_at AS "timeoutAt", opened_at AS "openedAt"`;

/** Open asks, for the lists of people. */
export class AskQueries {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Those that wait longest come first.
   * @throws InvalidCursor
   */
  async open(filter: AskFilter, page: { cursor?: string; limit: number }): Promise<PageOf<AskRow>> {
    const values: unknown[] = [filter.tenant ?? defaultTenant];
    const conditions = ['tenant = $1'];
    const add = (condition: (parameter: string) => string, value: unknown): void => {
      values.push(value);
      conditions.push(condition(`$${values.length}`));
    };
    if (filter.instance !== undefined && !isUuid(filter.instance)) return { items: [], next: null };
    if (filter.instance !== undefined) add((p) => `instance_id = ${p}`, filter.instance);
    if (filter.definition !== undefined) add((p) => `definition = ${p}`, filter.definition);
    if (filter.assignee !== undefined) add((p) => `(assignees @> ARRAY[${p}::text] OR claimed_by = ${p})`, filter.assignee);
    if (page.cursor !== undefined) {
      const { openedAt, instanceId, path } = readAskCursor(page.cursor);
      values.push(openedAt, instanceId, path);
      const [n, m, o] = [values.length - 2, values.length - 1, values.length];
      conditions.push(`(opened_at, instance_id, path) > ($${n}::bigint, $${m}::uuid, $${o}::text)`);
    }
    const rows: AskEntity[] = await this.dataSource.query(
      `SELECT ${columns} FROM workflow_asks WHERE ${conditions.join(' AND ')} ORDER BY opened_at, instance_id, path LIMIT ${page.limit + 1}`,
      values,
    );
    const items = rows.slice(0, page.limit).map(askOf);
    return { items, next: rows.length > page.limit ? writeAskCursor(items.at(-1)!) : null };
  }
}

const askOf = (row: AskEntity): AskRow => ({
  ...row,
  instanceId: row.instanceId as InstanceId,
  kind: row.kind as AskRow['kind'],
  choices: row.choices === null ? null : jsonOr<string[]>(row.choices, Array.isArray, []),
  form: row.form === null ? null : jsonOr<Json>(row.form, isJsonObject, {}),
});

type Place = Pick<AskRow, 'openedAt' | 'instanceId' | 'path'>;

const writeAskCursor = ({ openedAt, instanceId, path }: Place): string =>
  Buffer.from(`asks ${openedAt} ${instanceId} ${path}`).toString('base64url');

/** @throws InvalidCursor */
function readAskCursor(cursor: string): { openedAt: number; instanceId: string; path: string } {
  const [kind, openedAt = '', instanceId = '', path] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (kind !== 'asks' || !/^\d{1,15}$/.test(openedAt) || !isUuid(instanceId) || path === undefined)
    throw new InvalidCursor(cursor);
  return { openedAt: Number(openedAt), instanceId, path };
}
