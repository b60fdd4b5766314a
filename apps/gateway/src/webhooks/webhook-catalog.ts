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
import { checkUrl, CONFIG, type Config, crashPoint, EgressRefused, newWebhookSecret, webhookSecretFault } from '#libs/platform';
import { ApiProblem, fault } from '../http/api-problem.js';
import { presentDelivery, presentWebhook } from './present-webhook.js';

/** Who asks for it, and why. */
export interface Act {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

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
    return this.present(await this.row(name));
  }

  /** @throws ApiProblem WEBHOOK_INVALID */
  async put(name: string, spec: WebhookSpec, act: Act): Promise<{ isNew: boolean; webhook: Webhook }> {
    this.check(spec);
    const known = await this.store.get(defaultTenant, name);
    const made = known === undefined && spec.secret === undefined ? newWebhookSecret() : undefined;
    const { row, isNew } = await this.store.put(defaultTenant, name, factsOf(spec, known, made, act));
    await this.note('webhook.put', name, act);
    return { isNew, webhook: { ...(await this.present(row)), ...(made !== undefined && isNew && { secret: made }) } };
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND */
  async remove(name: string, act: Act): Promise<Webhook> {
    const webhook = await this.get(name);
    if (!(await this.store.remove(defaultTenant, name))) throw notFound(name);
    await this.note('webhook.delete', name, act);
    return webhook;
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND */
  async enable(name: string, act: Act, commandId?: string): Promise<Webhook> {
    const { id } = await this.row(name);
    await this.store.setStatus(id, 'active', null);
    await this.store.hurry(id);
    await this.note('webhook.enable', name, act, commandId);
    return this.get(name);
  }

  /** @throws ApiProblem WEBHOOK_NOT_FOUND, WEBHOOK_DISABLED */
  async test(name: string, act: Act, commandId: string = uuidv7()): Promise<WebhookDelivery> {
    const { id } = await this.active(name);
    const row = await this.store.ping(id, commandId as InstanceId);
    await this.note('webhook.test', name, act, commandId);
    return presentDelivery(row);
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
  async redeliver(name: string, delivery: string, act: Act, commandId?: string): Promise<WebhookDelivery> {
    const { id } = await this.active(name);
    const [instanceId = '', seq] = delivery.split('/');
    const row = await this.store.redeliver(id, instanceId, Number(seq));
    if (row === undefined)
      throw new ApiProblem('DELIVERY_NOT_FOUND', `expected the id of a delivery of ${name}, but there is none with ${delivery}`);
    await this.note('webhook.redeliver', `${name} ${delivery}`, act, commandId);
    return presentDelivery(row);
  }

  private async row(name: string): Promise<WebhookRow> {
    const row = await this.store.get(defaultTenant, name);
    if (row === undefined) throw notFound(name);
    return row;
  }

  private async active(name: string): Promise<WebhookRow> {
    const row = await this.row(name);
    if (row.status === 'active') return row;
    const words = `expected a webhook that is enabled, but ${name} is not: ${row.note ?? 'it was disabled'}`;
    throw new ApiProblem('WEBHOOK_DISABLED', words, {
      errors: [fault('WEBHOOK_DISABLED', '', words, `POST /api/v1/webhooks/${name}/enable`)],
    });
  }

  private async present(row: WebhookRow): Promise<Webhook> {
    return presentWebhook(row, (await this.store.waiting([row.id])).get(row.id) ?? 0);
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

  private note(action: string, target: string, { by, reason }: Act, id?: string): Promise<void> {
    crashPoint('change.stored');
    return this.log.append({ id, actor: by ?? 'anonymous', action, target, reason });
  }
}

/** What is secret and not given stays as it was: nobody can read it, so nobody can send it again. */
function factsOf(spec: WebhookSpec, known: WebhookRow | undefined, made: string | undefined, { by, reason }: Act): WebhookFacts {
  const { url, definitions, events, severity, secret, headers, enabled } = spec;
  const why = `disabled by ${by ?? 'a person'}${reason === undefined ? '' : `: ${reason}`}`;
  return {
    url,
    definitions: definitions ?? null,
    events: events ?? null,
    severity: severity ?? null,
    secrets: secret === undefined ? (known?.secrets ?? [made!]) : [secret].flat(),
    headers: headers ?? known?.headers ?? {},
    status: enabled ? 'active' : 'disabled',
    note: enabled ? null : why,
  };
}

const notFound = (name: string): ApiProblem =>
  new ApiProblem('WEBHOOK_NOT_FOUND', `expected the name of a webhook, but there is none named ${JSON.stringify(name)}`);
