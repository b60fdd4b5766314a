import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import {
  defaultTenant,
  type Webhook,
  type webhookDeliveriesQuerySchema,
  type WebhookDelivery,
  type webhookDeliveryPageSchema,
  type webhookPageSchema,
  type WebhookSpec,
  type webhooksQuerySchema,
} from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { OperatorLog, type WebhookFacts, type WebhookRow, WebhookStore } from '#libs/persistence';
import { checkUrl, CONFIG, type Config, EgressRefused, newWebhookSecret, webhookSecretFault } from '#libs/platform';
import { type Act, operatorEntry } from '../actions/operator-entry.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { toIso } from '../http/times.js';
import { presentDelivery, presentWebhook } from './present-webhook.js';

/** Outgoing webhooks as the API shows them. */
@Injectable()
export class WebhookCatalog {
  constructor(
    private readonly store: WebhookStore,
    private readonly log: OperatorLog,
    @Inject(CONFIG) private readonly config: Pick<Config, 'httpAllowPrivate'>,
  ) {}

  async list({ limit, cursor }: z.output<typeof webhooksQuerySchema>): Promise<z.output<typeof webhookPageSchema>> {
    const { items, next } = await this.store.list(defaultTenant, { limit, ...(cursor !== undefined && { cursor }) });
    const waiting = await this.store.waiting(items.map(({ id }) => id));
    return { items: items.map((row) => presentWebhook(row, waiting.get(row.id) ?? 0)), next };
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND */
  async get(name: string): Promise<Webhook> {
    return present(this.store, await this.row(name));
  }

  /** @param id minted for the request, so that a repeat of it gets the first answer. @throws ApiProblem WEBHOOK_INVALID */
  async put(name: string, spec: WebhookSpec, act: Act, id?: string): Promise<{ isNew: boolean; webhook: Webhook }> {
    this.check(spec);
    const put = await this.log.record(operatorEntry('webhook.put', name, act, id), async (manager) => {
      const store = new WebhookStore(manager);
      const facts = factsOf(spec, await store.get(defaultTenant, name), act);
      const { row, isNew } = await store.put(defaultTenant, name, facts);
      return { isNew, webhook: await present(store, row) };
    });
    return put.isNew && spec.secret === undefined ? { ...put, webhook: await this.withSecret(put.webhook) } : put;
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND */
  remove(name: string, act: Act, id?: string): Promise<Webhook> {
    return this.log.record(operatorEntry('webhook.delete', name, act, id), async (manager) => {
      const store = new WebhookStore(manager);
      const webhook = await present(store, await this.row(name, store));
      if (!(await store.remove(defaultTenant, name))) throw notFound(name);
      return webhook;
    });
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND */
  enable(name: string, act: Act, commandId?: string): Promise<Webhook> {
    return this.log.record(operatorEntry('webhook.enable', name, act, commandId), async (manager) => {
      const store = new WebhookStore(manager);
      await store.enable((await this.row(name, store)).id);
      return present(store, await this.row(name, store));
    });
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND, WEBHOOK_DISABLED */
  test(name: string, act: Act, commandId: string = uuidv7()): Promise<WebhookDelivery> {
    return this.log.record(operatorEntry('webhook.test', name, act, commandId), async (manager) => {
      const store = new WebhookStore(manager);
      const row = await store.ping((await this.active(name, store)).id, commandId as InstanceId);
      if (row === undefined) throw notFound(name);
      return presentDelivery(row);
    });
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND */
  async deliveries(
    name: string,
    { status, limit, cursor }: z.output<typeof webhookDeliveriesQuerySchema>,
  ): Promise<z.output<typeof webhookDeliveryPageSchema>> {
    const { id } = await this.row(name);
    const { items, next } = await this.store.deliveries(id, status, { limit, ...(cursor !== undefined && { cursor }) });
    return { items: items.map(presentDelivery), next };
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND, WEBHOOK_DISABLED, DELIVERY_NOT_FOUND */
  redeliver(name: string, delivery: string, act: Act, commandId?: string): Promise<WebhookDelivery> {
    const [instanceId = '', seq] = delivery.split('/');
    return this.log.record(operatorEntry('webhook.redeliver', `${name} ${delivery}`, act, commandId), async (manager) => {
      const store = new WebhookStore(manager);
      const row = await store.redeliver((await this.active(name, store)).id, instanceId, Number(seq));
      if (row === undefined)
        throw new ApiProblem(
          'DELIVERY_NOT_FOUND',
          `expected the id of a delivery of ${name}, but there is none with ${delivery}`,
        );
      return presentDelivery(row);
    });
  }

  private async row(name: string, store = this.store): Promise<WebhookRow> {
    const row = await store.get(defaultTenant, name);
    if (row === undefined) throw notFound(name);
    return row;
  }

  private async active(name: string, store: WebhookStore): Promise<WebhookRow> {
    const row = await this.row(name, store);
    if (row.status === 'active') return row;
    const words = `expected a webhook that is enabled, but ${name} is not: ${row.note ?? 'it was disabled'}`;
    throw new ApiProblem('WEBHOOK_DISABLED', words, {
      errors: [fault('WEBHOOK_DISABLED', '', words, `POST /api/v1/webhooks/${name}/enable`)],
    });
  }

  /** The one that was made for it, unless somebody has changed it since. */
  private async withSecret(webhook: Webhook): Promise<Webhook> {
    const row = await this.store.get(defaultTenant, webhook.name);
    return row && toIso(row.changedAt) === webhook.changedAt ? { ...webhook, secret: row.secrets[0]! } : webhook;
  }

  /** Names are resolved, and their addresses checked, at every delivery. */
  private check({ url, secret }: WebhookSpec): void {
    const errors = [secret ?? []].flat().flatMap((each, index) => {
      const message = webhookSecretFault(each);
      const path = Array.isArray(secret) ? `/secret/${index}` : '/secret';
      return message === undefined ? [] : [fault('SECRET_INVALID', path, message, 'leave it out, and one is made')];
    });
    try {
      checkUrl(new URL(url), { allowPrivate: this.config.httpAllowPrivate });
    } catch (error) {
      if (!(error instanceof EgressRefused)) throw error;
      errors.push(fault(error.code, '/url', error.message, 'ORQUESTRA_HTTP_ALLOW_PRIVATE=true allows private addresses'));
    }
    if (errors.length > 0) throw new ApiProblem('WEBHOOK_INVALID', errors[0]!.message, { errors });
  }
}

/** What is secret and not given stays as it was: nobody can read it, so nobody can send it again. */
function factsOf(spec: WebhookSpec, known: WebhookRow | undefined, { by, reason }: Act): WebhookFacts {
  const { url, definitions, events, severity, secret, headers, enabled } = spec;
  const why = `disabled by ${by ?? 'a person'}${reason === undefined ? '' : `: ${reason}`}`;
  return {
    url,
    definitions: definitions ?? null,
    events: events ?? null,
    severity: severity ?? null,
    secrets: secret === undefined ? (known?.secrets ?? [newWebhookSecret()]) : [secret].flat(),
    headers: headers ?? known?.headers ?? {},
    status: enabled ? 'active' : 'disabled',
    note: enabled ? null : why,
  };
}

const present = async (store: WebhookStore, row: WebhookRow): Promise<Webhook> =>
  presentWebhook(row, (await store.waiting([row.id])).get(row.id) ?? 0);

const notFound = (name: string): ApiProblem =>
  new ApiProblem('WEBHOOK_NOT_FOUND', `expected the name of a webhook, but there is none named ${JSON.stringify(name)}`);
