import type { IncidentFilter, IncidentKind } from '@contracts/rest/incidents';
import type { Query } from '../../core/api/http';
import { incidentKinds } from './incident-words';

/** What the list is narrowed to, as the address says it; '' = anything. */
export interface IncidentFilters {
  readonly kind: string;
  readonly code: string;
  readonly path: string;
  readonly definition: string;
  readonly instance: string;
  /** Part of the reason. */
  readonly reason: string;
}

export const filterNames = ['kind', 'code', 'path', 'definition', 'instance', 'reason'] as const;
export const statuses = ['open', 'redriven', 'discarded', 'resolved'] as const;
export type ShownStatus = (typeof statuses)[number] | 'all';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** From the address: what makes no sense there is left out. */
export function parseFilters(given: Readonly<Partial<Record<keyof IncidentFilters, string | undefined>>>): IncidentFilters {
  const text = (name: keyof IncidentFilters): string => given[name]?.trim() ?? '';
  const kind = incidentKinds.find((known) => known === text('kind')) ?? '';
  const instance = uuid.test(text('instance')) ? text('instance') : '';
  return { kind, instance, code: text('code'), path: text('path'), definition: text('definition'), reason: text('reason') };
}

export const parseStatus = (text: string | undefined): ShownStatus =>
  text === 'all' ? text : (statuses.find((status) => status === text) ?? 'open');

export const countFilters = (filters: IncidentFilters): number => filterNames.filter((name) => filters[name] !== '').length;

/** For the list of each, of a status, or (`all`) of whatever status. */
export const toQuery = (filters: IncidentFilters, status: ShownStatus): Query => ({
  ...filters,
  ...(status !== 'all' && { status }),
});

/** As an act takes it; undefined: nothing is narrowed, and it would mean everything. */
export function toActFilter(filters: IncidentFilters): IncidentFilter | undefined {
  if (countFilters(filters) === 0) return undefined;
  const { kind, ...others } = filters;
  const given = Object.entries(others).filter(([, value]) => value !== '');
  return { ...(kind !== '' && { kind: [kind as IncidentKind] }), ...Object.fromEntries(given) };
}
