import type { ActRequest, Feed, Webhook, WebhookDelivery, WebhookRequest } from '#libs/contracts';
import type { PostOptions } from './api-calls.js';
import { items } from './pages.js';
import { TriggerCalls } from './trigger-calls.js';

export interface FeedRequest {
  readonly partition: number;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit?: number;
  /** Every audit event. */
  readonly all?: boolean;
  /** How long the server may wait for something new, at most 60 s; default 0. */
  readonly waitMs?: number;
}

/** What goes out to other systems. */
export abstract class WebhookCalls extends TriggerCalls {
  /** Newest first. */
  listWebhooks(query: { pageSize?: number } = {}): AsyncIterable<Webhook> {
    return items((cursor) => this.get('/webhooks', { limit: query.pageSize, cursor }));
  }

  getWebhook(name: string): Promise<Webhook> {
    return this.get(webhookPath(name));
  }

  /** Creates or replaces it; a new one without a secret is answered with the one that was made, and never again. */
  putWebhook(name: string, request: WebhookRequest, act: ActRequest = {}): Promise<Webhook> {
    return this.put(webhookPath(name), request, { ...act });
  }

  deleteWebhook(name: string, act: ActRequest = {}): Promise<Webhook> {
    return this.delete(webhookPath(name), { ...act });
  }

  /** Sends a ping; what became of it stands among the deliveries. */
  testWebhook(name: string, request: ActRequest = {}, options: PostOptions = {}): Promise<WebhookDelivery> {
    return this.post(`${webhookPath(name)}/test`, { body: request }, options);
  }

  enableWebhook(name: string, request: ActRequest = {}, options: PostOptions = {}): Promise<Webhook> {
    return this.post(`${webhookPath(name)}/enable`, { body: request }, options);
  }

  /** Newest first. */
  listDeliveries(
    name: string,
    query: { status?: WebhookDelivery['status']; pageSize?: number } = {},
  ): AsyncIterable<WebhookDelivery> {
    const { pageSize, status } = query;
    return items((cursor) => this.get(`${webhookPath(name)}/deliveries`, { status, limit: pageSize, cursor }));
  }

  /** @param id of the delivery: instance/seq */
  redeliver(name: string, id: string, request: ActRequest = {}, options: PostOptions = {}): Promise<WebhookDelivery> {
    return this.post(`${webhookPath(name)}/deliveries/redeliver`, { body: { ...request, id } }, options);
  }

  /** A page of what happened in one partition, in the order of commit; go on with its `next` as `after`. */
  feed({ waitMs = 0, ...query }: FeedRequest, { signal }: { signal?: AbortSignal } = {}): Promise<Feed> {
    return this.get('/feed', { ...query, wait: `${waitMs}ms` }, { heldMs: waitMs, signal });
  }
}

const webhookPath = (name: string): string => `/webhooks/${encodeURIComponent(name)}`;
