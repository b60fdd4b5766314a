import { inject, Injectable } from '@angular/core';
import type { ActRequest } from '@contracts/rest/actions';
import type {
  BackfillRequest,
  Backfilled,
  HookDelivery,
  NextTimes,
  PreviewRequest,
  Trigger,
  TriggerRequest,
  TriggerRun,
} from '@contracts/rest/triggers';
import type { PageOf } from './acts-api';
import { Http, type Query } from './http';

/** What a trigger can be told. */
export type TriggerActName = 'pause' | 'resume' | 'run';

const of = (name: string): string => `/triggers/${encodeURIComponent(name)}`;

/** What starts by itself. Every call rejects with an `ApiProblem`. */
@Injectable({ providedIn: 'root' })
export class TriggersApi {
  private readonly http = inject(Http);

  triggers = (query: Query, signal?: AbortSignal): Promise<PageOf<Trigger>> => this.http.get('/triggers', query, signal);
  trigger = (name: string, signal?: AbortSignal): Promise<Trigger> => this.http.get(of(name), {}, signal);
  put = (name: string, spec: TriggerRequest, by: ActRequest): Promise<Trigger> => this.http.put(of(name), spec, { ...by });
  remove = (name: string, by: ActRequest): Promise<unknown> => this.http.delete(of(name), { ...by });
  act = (name: string, act: TriggerActName, body: ActRequest, key: string): Promise<unknown> =>
    this.http.post(`${of(name)}/${act}`, body, key);
  backfill = (name: string, body: BackfillRequest, key: string): Promise<Backfilled> =>
    this.http.post(`${of(name)}/backfill`, body, key);
  next = (name: string, count: number, signal?: AbortSignal): Promise<NextTimes> =>
    this.http.get(`${of(name)}/next`, { count }, signal);
  preview = (body: PreviewRequest, key: string): Promise<NextTimes> => this.http.post('/triggers/preview', body, key);
  runs = (name: string, query: Query, signal?: AbortSignal): Promise<PageOf<TriggerRun>> =>
    this.http.get(`${of(name)}/runs`, query, signal);
  deliveries = (name: string, query: Query, signal?: AbortSignal): Promise<PageOf<HookDelivery>> =>
    this.http.get(`/hooks/${encodeURIComponent(name)}/deliveries`, query, signal);
}
