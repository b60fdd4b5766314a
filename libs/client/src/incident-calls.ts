import type {
  DiscardRequest,
  Incident,
  IncidentDetail,
  IncidentGroups,
  IncidentKind,
  IncidentsActed,
  IncidentStatus,
  OperatorLogItem,
  RedriveRequest,
  ResolveRequest,
} from '#libs/contracts';
import type { PostOptions } from './api-calls.js';
import { items } from './pages.js';
import { WebhookCalls } from './webhook-calls.js';

/** All conditions must hold. Times are ISO 8601. */
export interface IncidentQuery {
  readonly kind?: readonly IncidentKind[];
  readonly code?: string;
  /** Part of the reason. */
  readonly reason?: string;
  /** Of a step, with `*` for numbers: of the step whatever the round. */
  readonly path?: string;
  readonly instance?: string;
  readonly definition?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface OperatorLogQuery {
  readonly actor?: string;
  /** `incident.redrive`, or `incident.*`. */
  readonly action?: string;
  /** Or its beginning. */
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
  readonly pageSize?: number;
}

/** What needs a person, and what persons did. */
export abstract class IncidentCalls extends WebhookCalls {
  /** Newest first. */
  listIncidents(query: IncidentQuery & { status?: IncidentStatus; pageSize?: number } = {}): AsyncIterable<Incident> {
    const { kind, pageSize, ...same } = query;
    return items((cursor) => this.get('/incidents', { ...same, kind: kind?.join(','), limit: pageSize, cursor }));
  }

  /** Open ones that are alike, those seen last first. */
  incidentGroups({ kind, ...same }: IncidentQuery & { limit?: number } = {}): Promise<IncidentGroups> {
    return this.get('/incidents/groups', { ...same, kind: kind?.join(',') });
  }

  getIncident(id: string): Promise<IncidentDetail> {
    return this.get(`/incidents/${encodeURIComponent(id)}`);
  }

  /** A few are done before the answer; `job` names the bulk job that does many. */
  redriveIncidents(request: RedriveRequest, options: PostOptions = {}): Promise<IncidentsActed> {
    return this.post('/incidents/redrive', { body: request }, options);
  }

  discardIncidents(request: DiscardRequest, options: PostOptions = {}): Promise<IncidentsActed> {
    return this.post('/incidents/discard', { body: request }, options);
  }

  resolveIncidents(request: ResolveRequest, options: PostOptions = {}): Promise<IncidentsActed> {
    return this.post('/incidents/resolve', { body: request }, options);
  }

  /** Newest first. */
  operatorLog({ pageSize, ...query }: OperatorLogQuery = {}): AsyncIterable<OperatorLogItem> {
    return items((cursor) => this.get('/operator-log', { ...query, limit: pageSize, cursor }));
  }
}
