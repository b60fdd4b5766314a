import type { InstancesFilter } from '@contracts/live/protocol';
import type { InstanceStatus } from '@engine/model/lifecycle';
import type { InstanceRow } from './fold-instances';

/** What the list is narrowed to; exactly what stands in the address. */
export interface Filters {
  readonly status: readonly string[];
  readonly definition: readonly string[];
  /** Business key, whole. */
  readonly key: string;
  /** Beginning of an id. */
  readonly id: string;
  /** Started in the last … (`1h`), or since ever. */
  readonly since: string;
  /** ISO times; set by the chart. */
  readonly from: string;
  readonly to: string;
}

export const noFilters: Filters = { status: [], definition: [], key: '', id: '', since: '', from: '', to: '' };

/** Spans that are offered, in ms. */
export const spans: Readonly<Record<string, number>> = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 };

/** As the router gives them: query parameters, each once, lists by comma. */
export type FilterParams = Partial<Record<keyof Filters, string | null | undefined>>;

const listOf = (text: string | null | undefined): string[] => (text ?? '').split(',').filter((part) => part !== '');

export function parseFilters(params: FilterParams): Filters {
  const { key, id, since, from, to } = params;
  return {
    status: listOf(params.status),
    definition: listOf(params.definition),
    key: key ?? '',
    id: id ?? '',
    since: since && since in spans ? since : '',
    from: isTime(from) ? from : '',
    to: isTime(to) ? to : '',
  };
}

const isTime = (text: string | null | undefined): text is string => !!text && !Number.isNaN(Date.parse(text));

/** For the address; null removes a parameter. */
export function toParams(filters: Filters): Record<keyof Filters, string | null> {
  const { status, definition, key, id, since, from, to } = filters;
  return {
    status: status.join(',') || null,
    definition: definition.join(',') || null,
    key: key || null,
    id: id || null,
    since: since || null,
    from: from || null,
    to: to || null,
  };
}

export const countFilters = (filters: Filters): number =>
  Object.values(toParams(filters)).filter((value) => value !== null).length;

/** For `GET /instances`. @param nowMs the server's clock */
export function toQuery(filters: Filters, nowMs: number): Record<string, string | undefined> {
  const span = spans[filters.since];
  return {
    status: filters.status.join(',') || undefined,
    definition: filters.definition.join(',') || undefined,
    key: filters.key || undefined,
    idPrefix: filters.id || undefined,
    from: span === undefined ? filters.from || undefined : new Date(nowMs - span).toISOString(),
    to: filters.to || undefined,
  };
}

/** For the live topic, which knows fewer conditions; `matchesFilters` judges the rest. */
export function toLiveFilter(filters: Filters): InstancesFilter {
  return {
    ...(filters.definition.length > 0 && { definition: [...filters.definition] }),
    ...(filters.status.length > 0 && { status: filters.status as InstanceStatus[] }),
    ...(filters.key !== '' && { key: filters.key }),
  };
}

/** Does a new instance belong to the list? Times are left to the server: what is new is recent. */
export function matchesFilters(filters: Filters, row: InstanceRow): boolean {
  const { status, definition, key, id, from, to } = filters;
  if (status.length > 0 && !status.includes(row.status)) return false;
  if (definition.length > 0 && !definition.includes(row.definition)) return false;
  if (key !== '' && row.key !== key) return false;
  if (to !== '' && row.createdAt >= to) return false;
  if (from !== '' && row.createdAt < from) return false;
  return row.id.startsWith(id.toLowerCase());
}

/** What was typed into the one box: hexadecimal of some length is the beginning of an id, anything else a key. */
export function readSearch(text: string): Pick<Filters, 'key' | 'id'> {
  const wanted = text.trim();
  return /^[0-9a-f]{6}[0-9a-f-]{0,30}$/i.test(wanted) ? { id: wanted.toLowerCase(), key: '' } : { id: '', key: wanted };
}

export const toggled = (list: readonly string[], value: string): string[] =>
  list.includes(value) ? list.filter((other) => other !== value) : [...list, value];
