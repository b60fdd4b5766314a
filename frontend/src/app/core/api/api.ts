import { Injectable } from '@angular/core';
import type { Partition, Queue, Worker } from '@contracts/rest/capacity';
import type { ApiProblemBody } from '@contracts/rest/common';
import type { DefinitionDetail, DefinitionSummary, DefinitionVersion, Registered } from '@contracts/rest/definitions';
import type { Instance, InstancePage, Started, StartRequest } from '@contracts/rest/instances';
import type { Stats } from '@contracts/rest/stats';
import type { History } from '@contracts/rest/steps';
import { ApiProblem } from './api-problem';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;
interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** The REST API, typed. Every call rejects with an `ApiProblem`. POSTs carry an idempotency key, so a double click is safe. */
@Injectable({ providedIn: 'root' })
export class Api {
  instances = (query: Query, signal?: AbortSignal): Promise<InstancePage> => this.get('/instances', query, signal);
  instance = (id: string, signal?: AbortSignal): Promise<Instance> =>
    this.get(`/instances/${encodeURIComponent(id)}`, {}, signal);
  history = (id: string, after: number, limit = 1_000): Promise<History> =>
    this.get(`/instances/${encodeURIComponent(id)}/history`, { after, limit });
  start = (body: StartRequest, idempotencyKey: string): Promise<Started> => this.post('/instances', body, idempotencyKey);
  cancel = (id: string, reason: string, idempotencyKey: string): Promise<unknown> =>
    this.post(`/instances/${encodeURIComponent(id)}/cancel`, { reason }, idempotencyKey);

  definitions = (query: Query, signal?: AbortSignal): Promise<Page<DefinitionSummary>> => this.get('/definitions', query, signal);
  definition = (name: string, signal?: AbortSignal): Promise<DefinitionDetail> =>
    this.get(`/definitions/${encodeURIComponent(name)}`, {}, signal);
  definitionVersion = (name: string, version: string, signal?: AbortSignal): Promise<DefinitionVersion> =>
    this.get(`/definitions/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`, {}, signal);
  register = (document: unknown, idempotencyKey: string): Promise<Registered> =>
    this.post('/definitions', document, idempotencyKey);
  activate = (name: string, version: string): Promise<unknown> =>
    this.send('PUT', `/definitions/${encodeURIComponent(name)}/active`, { version });

  workers = (signal?: AbortSignal): Promise<Page<Worker>> => this.get('/workers', {}, signal);
  queues = (signal?: AbortSignal): Promise<Page<Queue>> => this.get('/queues', {}, signal);
  partitions = (signal?: AbortSignal): Promise<Page<Partition>> => this.get('/partitions', {}, signal);
  stats = (query: Query, signal?: AbortSignal): Promise<Stats> => this.get('/stats', query, signal);

  private get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
    return this.send<T>('GET', path + queryText(query), undefined, {}, signal);
  }

  private post<T>(path: string, body: unknown, idempotencyKey: string): Promise<T> {
    return this.send<T>('POST', path, body, { 'Idempotency-Key': idempotencyKey });
  }

  private async send<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<T> {
    const response = await fetch(`/api/v1${path}`, {
      method,
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      throw isAbort(error) ? error : ApiProblem.unreachable();
    });
    if (!response.ok) throw new ApiProblem(await problemBody(response), response.status);
    return (await response.json()) as T;
  }
}

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

async function problemBody(response: Response): Promise<Partial<ApiProblemBody>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Partial<ApiProblemBody>;
  } catch {
    return { detail: text.slice(0, 500) }; // a proxy's page, not ours
  }
}

/** Leaves out what is undefined or empty. */
export function queryText(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
