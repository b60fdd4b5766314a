import { defaultTenant } from '#libs/contracts';
import { isEnded, type InstanceStatus, type Json } from '#libs/engine';
import { isUuid } from '../connections/cursor.js';
import { lowestIdAt, prefixBounds } from './uuid-bounds.js';

export interface InstanceFilter {
  readonly tenant?: string;
  /** One, or any of these. */
  readonly definition?: string | readonly string[];
  readonly version?: string;
  readonly statuses?: readonly InstanceStatus[];
  readonly key?: string;
  /** All of them must be there with exactly this value. */
  readonly tags?: Readonly<Record<string, Json>>;
  /** First hex digits of the id. */
  readonly idPrefix?: string;
  /** Epoch ms by the time in the id, inclusive. */
  readonly from?: number;
  /** Epoch ms by the time in the id, exclusive. */
  readonly to?: number;
  /** Epoch ms, inclusive, by the database's clock: what was there then. */
  readonly createdUntil?: number;
  /** `none`: top level only. */
  readonly parent?: string;
}

/** FROM and WHERE of a filter; `i` is the head. `isPossible` false: nothing can match. */
export interface FilterSql {
  readonly from: string;
  readonly where: string;
  readonly values: unknown[];
  readonly isPossible: boolean;
}

/** Conditions in SQL; every value is a parameter. */
export function filterSql(filter: InstanceFilter): FilterSql {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const bounds = prefixBounds(filter.idPrefix ?? '');

  add((p) => `i.tenant = ${p}`, filter.tenant ?? defaultTenant);
  const definitions = filter.definition === undefined ? [] : [filter.definition].flat();
  // A single one by equality: then the index gives the order too.
  if (definitions.length === 1) add((p) => `i.definition = ${p}`, definitions[0]);
  else if (definitions.length > 1) add((p) => `i.definition = ANY(${p}::text[])`, definitions);
  if (filter.version !== undefined) add((p) => `i.version = ${p}`, filter.version);
  if (filter.key !== undefined) add((p) => `i.key = ${p}`, filter.key);
  if (filter.statuses !== undefined) add((p) => `i.status = ANY(${p}::text[])`, filter.statuses);
  // The second condition lets the planner use the partial index.
  if (filter.tags !== undefined) add((p) => `i.tags @> ${p}::jsonb AND i.tags <> '{}'::jsonb`, JSON.stringify(filter.tags));
  if (filter.parent === 'none') conditions.push('i.parent IS NULL');
  else if (filter.parent !== undefined) add((p) => `i.parent = ${p}`, filter.parent);
  if (filter.idPrefix && bounds) {
    add((p) => `i.id >= ${p}`, bounds.low);
    add((p) => `i.id <= ${p}`, bounds.high);
  }
  if (filter.from !== undefined) add((p) => `i.id >= ${p}`, lowestIdAt(filter.from!));
  if (filter.to !== undefined) add((p) => `i.id < ${p}`, lowestIdAt(filter.to!));

  if (filter.createdUntil !== undefined) add((p) => `i.created_at <= ${p}`, filter.createdUntil);

  return {
    from: sourceOf(filter),
    where: conditions.join(' AND '),
    values,
    isPossible: isPossible(filter, bounds !== undefined),
  };
}

/** What has not ended has a wake-up row: a few open ones among millions are found without reading those that ended. */
function sourceOf({ statuses }: InstanceFilter): string {
  const isOpenOnly = statuses !== undefined && statuses.length > 0 && !statuses.some(isEnded);
  return isOpenOnly ? 'workflow_wakeups w JOIN workflow_instances i ON i.id = w.instance_id' : 'workflow_instances i';
}

const isPossible = ({ statuses, parent }: InstanceFilter, isPrefix: boolean): boolean =>
  isPrefix && statuses?.length !== 0 && (parent === undefined || parent === 'none' || isUuid(parent));
