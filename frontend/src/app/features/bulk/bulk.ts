import type { BulkAction, BulkFilter, BulkJob, IncidentAction } from '@contracts/rest/bulk';
import type { InstanceStatus } from '@engine/model/lifecycle';
import { formatCount } from '../../ui/format';
import { countFilters, type Filters, toQuery } from '../instances/filters';

/** Above so many, or when something is ended, the number is typed before it is done. */
const manyInstances = 100;

export const bulkWords: Readonly<Record<BulkAction, { readonly verb: string; readonly help: string }>> = {
  retry: { verb: $localize`Retry failed`, help: $localize`Failed and timed-out instances go on from their failed steps.` },
  pause: { verb: $localize`Pause`, help: $localize`Nothing new starts in them; what runs is finished and recorded.` },
  resume: { verb: $localize`Resume`, help: $localize`Paused instances go on where they stood.` },
  cancel: { verb: $localize`Cancel`, help: $localize`No further step starts in them, and they end as cancelled.` },
};

const incidentVerbs: Readonly<Record<IncidentAction, string>> = {
  'incident.redrive': $localize`Redrive`,
  'incident.discard': $localize`Discard`,
  'incident.resolve': $localize`Resolve`,
};

/** What a job is about: instances, or incidents, with the page where each of them is. */
export function jobSubject({ action, total }: Pick<BulkJob, 'action' | 'total'>) {
  const count = formatCount(total.count, total.atLeast);
  if (isIncidentAction(action)) {
    const title = $localize`${incidentVerbs[action]}:verb: ${count}:count: incidents`;
    return { title, page: '/dead-letters', pageText: $localize`Dead letters`, one: $localize`Incident`, again: undefined };
  }
  const title = $localize`${bulkWords[action].verb}:verb: ${count}:count: instances`;
  return { title, page: '/instances', pageText: $localize`Instances`, one: $localize`Instance`, again: action };
}

const isIncidentAction = (action: BulkJob['action']): action is IncidentAction => action in incidentVerbs;

/** What the list shows, as a condition the server can follow; or why it is none. @param nowMs the server's clock */
export function toBulkFilter(filters: Filters, nowMs: number): { readonly filter: BulkFilter } | { readonly whyNot: string } {
  if (countFilters(filters) === 0) {
    return { whyNot: $localize`Narrow the list first: without a filter it would be every instance there is.` };
  }
  const { key, idPrefix, from, to } = toQuery(filters, nowMs);
  return {
    filter: {
      ...(filters.definition.length > 0 && { definition: [...filters.definition] }),
      ...(filters.status.length > 0 && { status: filters.status as InstanceStatus[] }),
      ...(key !== undefined && { key }),
      ...(idPrefix !== undefined && { idPrefix }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    },
  };
}

/** What is typed to confirm: the number of instances; undefined: nothing need be typed. */
export const confirmation = (action: BulkAction, count: number): string | undefined =>
  count > manyInstances || action === 'cancel' ? String(count) : undefined;

/** Parts of the whole, in [0, 1]; a count that stopped early is overtaken without going past the end. */
export function progressOf({ total, done, failed }: Pick<BulkJob, 'total' | 'done' | 'failed'>): {
  readonly done: number;
  readonly failed: number;
} {
  const whole = Math.max(1, total.count, done + failed);
  return { done: done / whole, failed: failed / whole };
}

export const isOpenJob = ({ status }: Pick<BulkJob, 'status'>): boolean => status === 'running' || status === 'stopping';

/** Ids with `id` added or taken away. */
export function toggledId(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Ids with all between two places of the list added. */
export function withRange(ids: ReadonlySet<string>, list: readonly string[], from: number, to: number): ReadonlySet<string> {
  return new Set([...ids, ...list.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1)]);
}
