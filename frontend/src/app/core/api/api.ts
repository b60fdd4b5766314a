import { inject, Injectable } from '@angular/core';
import type { Queue, QueueSettings, Worker } from '@contracts/rest/capacity';
import type { DefinitionDetail, DefinitionSummary, DefinitionVersion, Registered } from '@contracts/rest/definitions';
import type { Instance, InstancePage, Started, StartRequest } from '@contracts/rest/instances';
import type { StepLogs } from '@contracts/rest/logs';
import type { Stats } from '@contracts/rest/stats';
import type { History } from '@contracts/rest/steps';
import { Http, type Query } from './http';

interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** The REST API, typed. Every call rejects with an `ApiProblem`. POSTs carry an idempotency key, so a double click is safe. */
@Injectable({ providedIn: 'root' })
export class Api {
  private readonly http = inject(Http);

  instances = (query: Query, signal?: AbortSignal): Promise<InstancePage> => this.http.get('/instances', query, signal);
  instance = (id: string, signal?: AbortSignal): Promise<Instance> =>
    this.http.get(`/instances/${encodeURIComponent(id)}`, {}, signal);
  history = (id: string, after: number, limit = 1_000): Promise<History> =>
    this.http.get(`/instances/${encodeURIComponent(id)}/history`, { after, limit });
  logs = (id: string, query: Query, signal?: AbortSignal): Promise<StepLogs> =>
    this.http.get(`/instances/${encodeURIComponent(id)}/logs`, query, signal);
  start = (body: StartRequest, idempotencyKey: string): Promise<Started> => this.http.post('/instances', body, idempotencyKey);

  definitions = (query: Query, signal?: AbortSignal): Promise<Page<DefinitionSummary>> =>
    this.http.get('/definitions', query, signal);
  definition = (name: string, signal?: AbortSignal): Promise<DefinitionDetail> =>
    this.http.get(`/definitions/${encodeURIComponent(name)}`, {}, signal);
  definitionVersion = (name: string, version: string, signal?: AbortSignal): Promise<DefinitionVersion> =>
    this.http.get(`/definitions/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`, {}, signal);
  register = (document: unknown, idempotencyKey: string): Promise<Registered> =>
    this.http.post('/definitions', document, idempotencyKey);
  activate = (name: string, version: string): Promise<unknown> =>
    this.http.put(`/definitions/${encodeURIComponent(name)}/active`, { version });

  workers = (signal?: AbortSignal): Promise<Page<Worker>> => this.http.get('/workers', {}, signal);
  queues = (signal?: AbortSignal): Promise<Page<Queue> & { readonly settings: readonly QueueSettings[] }> =>
    this.http.get('/queues', {}, signal);
  stats = (query: Query, signal?: AbortSignal): Promise<Stats> => this.http.get('/stats', query, signal);
}
