import { inject, Injectable } from '@angular/core';
import type {
  DiscardRequest,
  Incident,
  IncidentDetail,
  IncidentGroups,
  IncidentsActed,
  OperatorLogItem,
  RedriveRequest,
  ResolveRequest,
} from '@contracts/rest/incidents';
import type { PageOf } from './acts-api';
import { Http, type Query } from './http';

/** What can be done to incidents. */
export type IncidentActName = 'redrive' | 'discard' | 'resolve';
interface Bodies {
  readonly redrive: RedriveRequest;
  readonly discard: DiscardRequest;
  readonly resolve: ResolveRequest;
}

/** What needs a person, and who did what. Every call rejects with an `ApiProblem`. */
@Injectable({ providedIn: 'root' })
export class IncidentsApi {
  private readonly http = inject(Http);

  incidents = (query: Query, signal?: AbortSignal): Promise<PageOf<Incident>> => this.http.get('/incidents', query, signal);
  groups = (query: Query, signal?: AbortSignal): Promise<IncidentGroups> => this.http.get('/incidents/groups', query, signal);
  incident = (id: string, signal?: AbortSignal): Promise<IncidentDetail> =>
    this.http.get(`/incidents/${encodeURIComponent(id)}`, {}, signal);
  act = <Act extends IncidentActName>(act: Act, body: Bodies[Act], key: string): Promise<IncidentsActed> =>
    this.http.post(`/incidents/${act}`, body, key);
  operatorLog = (query: Query, signal?: AbortSignal): Promise<PageOf<OperatorLogItem>> =>
    this.http.get('/operator-log', query, signal);
}
