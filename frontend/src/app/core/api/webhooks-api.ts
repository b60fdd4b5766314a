import { inject, Injectable } from '@angular/core';
import type { ActRequest } from '@contracts/rest/actions';
import type { Webhook, WebhookDelivery, WebhookRequest } from '@contracts/rest/webhooks';
import type { PageOf } from './acts-api';
import { Http, type Query } from './http';

const of = (name: string): string => `/webhooks/${encodeURIComponent(name)}`;

/** Where lifecycle events are sent by HTTP. Every call rejects with an `ApiProblem`. */
@Injectable({ providedIn: 'root' })
export class WebhooksApi {
  private readonly http = inject(Http);

  webhooks = (query: Query, signal?: AbortSignal): Promise<PageOf<Webhook>> => this.http.get('/webhooks', query, signal);
  webhook = (name: string, signal?: AbortSignal): Promise<Webhook> => this.http.get(of(name), {}, signal);
  put = (name: string, spec: WebhookRequest, by: ActRequest): Promise<Webhook> => this.http.put(of(name), spec, { ...by });
  remove = (name: string, by: ActRequest): Promise<unknown> => this.http.delete(of(name), { ...by });
  act = (name: string, act: 'test' | 'enable', body: ActRequest, key: string): Promise<unknown> =>
    this.http.post(`${of(name)}/${act}`, body, key);
  redeliver = (name: string, body: ActRequest & { readonly id: string }, key: string): Promise<unknown> =>
    this.http.post(`${of(name)}/deliveries/redeliver`, body, key);
  deliveries = (name: string, query: Query, signal?: AbortSignal): Promise<PageOf<WebhookDelivery>> =>
    this.http.get(`${of(name)}/deliveries`, query, signal);
}
