import { inject, Injectable } from '@angular/core';
import type { Acted, CancelRequest, RestartRequest } from '@contracts/rest/actions';
import type { AnswerRequest, Ask, ClaimRequest, ReassignRequest } from '@contracts/rest/asks';
import type { BulkDryRun, BulkJob, BulkRequest } from '@contracts/rest/bulk';
import type { BindRequest, EventByKeyRequest, EventOutcome, EventToInstanceRequest, KeptEvent } from '@contracts/rest/events';
import type { Started } from '@contracts/rest/instances';
import { Http, type Query } from './http';

export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What the whole of an instance can be told. */
export type InstanceActName = 'cancel' | 'pause' | 'resume' | 'retry';
/** What one step can be told. */
export type StepActName = 'retry' | 'skip' | 'complete' | 'cancel';
/** As JSON; `path` and, where it makes sense, `input` or `output`. */
export type StepActBody = { readonly path: string; readonly reason?: string; readonly by?: string } & Readonly<
  Record<string, unknown>
>;

const of = (id: string): string => `/instances/${encodeURIComponent(id)}`;
const ask = (id: string, name: string): string => `${of(id)}/asks/${encodeURIComponent(name)}`;

/** The part of the REST API that does something to what runs. Every call rejects with an `ApiProblem`. */
@Injectable({ providedIn: 'root' })
export class ActsApi {
  private readonly http = inject(Http);

  act = (id: string, name: InstanceActName, body: CancelRequest, key: string): Promise<Acted> =>
    this.http.post(`${of(id)}/${name}`, body, key);
  actOnStep = (id: string, name: StepActName, body: StepActBody, key: string): Promise<Acted> =>
    this.http.post(`${of(id)}/steps/${name}`, body, key);
  restart = (id: string, body: RestartRequest, key: string): Promise<Started> => this.http.post(`${of(id)}/restart`, body, key);

  asks = (query: Query, signal?: AbortSignal): Promise<PageOf<Ask>> => this.http.get('/asks', query, signal);
  answer = (id: string, name: string, body: AnswerRequest, key: string): Promise<Acted> =>
    this.http.post(ask(id, name), body, key);
  claim = (id: string, name: string, body: ClaimRequest, key: string): Promise<Acted> =>
    this.http.post(`${ask(id, name)}/claim`, body, key);
  reassign = (id: string, name: string, body: ReassignRequest, key: string): Promise<Acted> =>
    this.http.post(`${ask(id, name)}/reassign`, body, key);

  events = (query: Query, signal?: AbortSignal): Promise<PageOf<KeptEvent>> => this.http.get('/events', query, signal);
  sendToInstance = (id: string, body: EventToInstanceRequest, key: string): Promise<EventOutcome> =>
    this.http.post(`${of(id)}/events`, body, key);
  sendByKey = (body: EventByKeyRequest, key: string): Promise<EventOutcome> => this.http.post('/events', body, key);
  bind = (id: string, body: BindRequest, key: string): Promise<EventOutcome> =>
    this.http.post(`/events/${encodeURIComponent(id)}/bind`, body, key);

  bulkDryRun = (body: BulkRequest, key: string): Promise<BulkDryRun> => this.http.post('/bulk', { ...body, dryRun: true }, key);
  bulk = (body: BulkRequest, key: string): Promise<BulkJob> => this.http.post('/bulk', body, key);
  bulkJob = (id: string, query: Query, signal?: AbortSignal): Promise<BulkJob> =>
    this.http.get(`/bulk/${encodeURIComponent(id)}`, query, signal);
  stopBulk = (id: string, body: { reason?: string; by?: string }, key: string): Promise<BulkJob> =>
    this.http.post(`/bulk/${encodeURIComponent(id)}/stop`, body, key);
}
