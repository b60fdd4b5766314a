import { v7 as uuidv7 } from 'uuid';
import { HttpConnection, type HttpOptions, type Query } from './http-connection.js';

export interface PostOptions {
  /** Makes the POST safe to repeat; default: a fresh one a call, so that retries of ours start nothing twice. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export interface ActOptions extends PostOptions {
  /** How long the server may wait for the decision; default 1.5 s, at most 60 s; 0: not at all. */
  readonly waitMs?: number;
}

/** How calls of the API are made; the subjects are built on it. */
export abstract class ApiCalls {
  protected readonly http: HttpConnection;

  constructor(protected readonly options: HttpOptions) {
    this.http = new HttpConnection(options);
  }

  get baseUrl(): string {
    return this.http.baseUrl;
  }

  protected get<T>(path: string, query: Query = {}, options: { heldMs?: number; signal?: AbortSignal } = {}): Promise<T> {
    return this.http.call({ method: 'GET', path, query, isRepeatable: true, ...options });
  }

  protected act<T>(id: string, name: string, body: unknown, options: ActOptions): Promise<T> {
    return this.post(`/instances/${encodeURIComponent(id)}/${name}`, { body }, heldFor(options), waitOf(options));
  }

  protected post<T>(
    path: string,
    content: { body: unknown; contentType?: string },
    options: PostOptions & { readonly heldMs?: number },
    query: Query = {},
  ): Promise<T> {
    return this.change('POST', path, content, options, query);
  }

  protected put<T>(path: string, body: unknown, query: Query = {}): Promise<T> {
    return this.change('PUT', path, { body }, {}, query);
  }

  protected delete<T>(path: string, query: Query = {}): Promise<T> {
    return this.change('DELETE', path, {}, {}, query);
  }

  private change<T>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    content: { body?: unknown; contentType?: string },
    { idempotencyKey = uuidv7(), signal, heldMs }: PostOptions & { readonly heldMs?: number },
    query: Query,
  ): Promise<T> {
    const headers = { 'idempotency-key': idempotencyKey };
    return this.http.call({ method, path, query, ...content, headers, isRepeatable: true, heldMs, signal });
  }
}

export const waitOf = ({ waitMs }: ActOptions): Query => (waitMs === undefined ? {} : { wait: `${Math.ceil(waitMs)}ms` });
export const heldFor = ({ waitMs = 0, ...options }: ActOptions): PostOptions & { readonly heldMs: number } => ({
  ...options,
  heldMs: waitMs,
});
