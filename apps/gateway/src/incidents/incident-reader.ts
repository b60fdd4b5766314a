import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type {
  Incident,
  IncidentDetail,
  IncidentFilter as AskedFilter,
  IncidentGroupKey,
  IncidentGroups,
  incidentGroupsQuerySchema,
  incidentsQuerySchema,
} from '#libs/contracts';
import { type IncidentFilter, IncidentQueries, type PageOf } from '#libs/persistence';
import { ApiProblem } from '../http/api-problem.js';
import { presentDetail, presentGroup, presentIncident } from './present-incident.js';

type Conditions = AskedFilter & { readonly status?: IncidentFilter['status'] | undefined };

/** Incidents as people read them. */
@Injectable()
export class IncidentReader {
  constructor(private readonly queries: IncidentQueries) {}

  async page({ cursor, limit, ...conditions }: z.output<typeof incidentsQuerySchema>): Promise<PageOf<Incident>> {
    const { items, next } = await this.queries.list(toFilter(conditions), { limit, cursor });
    return { items: items.map(presentIncident), next };
  }

  /** @throws ApiProblem INCIDENT_NOT_FOUND */
  async get(id: string): Promise<IncidentDetail> {
    const row = await this.queries.get(id);
    if (row === undefined)
      throw new ApiProblem('INCIDENT_NOT_FOUND', `expected the id of an incident, but there is none with ${id}`);
    return presentDetail(row);
  }

  async groups({ limit, ...conditions }: z.output<typeof incidentGroupsQuerySchema>): Promise<IncidentGroups> {
    const [groups, open] = await Promise.all([
      this.queries.groups(toFilter(conditions), limit + 1),
      this.queries.count({ status: 'open' }),
    ]);
    return {
      open: { count: open.count, atLeast: open.isCapped },
      groups: groups.slice(0, limit).map(presentGroup),
      more: groups.length > limit,
    };
  }
}

/** As asked for → as the database is asked. */
export function toFilter({ kind, instance, from, to, ...same }: Conditions): IncidentFilter {
  return {
    ...same,
    ...(kind && { kinds: kind }),
    ...(instance !== undefined && { instanceId: instance }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  };
}

export const ofGroup = ({ kind, ...same }: IncidentGroupKey): IncidentFilter => ({ kinds: [kind], ...same });
