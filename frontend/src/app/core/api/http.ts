import { Injectable } from '@angular/core';
import type { ApiProblemBody } from '@contracts/rest/common';
import { ApiProblem } from './api-problem';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Calls under `/api/v1`. Every call rejects with an `ApiProblem`. */
@Injectable({ providedIn: 'root' })
export class Http {
  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.send<T>('GET', path + queryText(query), undefined, {}, signal);
  }

  /** @param idempotencyKey makes a double click safe */
  post<T>(path: string, body: unknown, idempotencyKey: string): Promise<T> {
    return this.send<T>('POST', path, body, { 'Idempotency-Key': idempotencyKey });
  }

  put<T>(path: string, body: unknown, query: Query = {}): Promise<T> {
    return this.send<T>('PUT', path + queryText(query), body);
  }

  delete(path: string, query: Query = {}): Promise<unknown> {
    return this.send('DELETE', path + queryText(query));
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
    return (response.status === 204 ? undefined : await response.json()) as T;
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
