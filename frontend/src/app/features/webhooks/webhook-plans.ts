import type { ActRequest } from '@contracts/rest/actions';
import type { Webhook, WebhookDelivery } from '@contracts/rest/webhooks';
import type { WebhooksApi } from '../../core/api/webhooks-api';
import type { ActGiven, ActPlan } from '../acts/act-plan';
import { typedName } from '../triggers/trigger-plans';
import { toWebhookRequest, webhookForm } from './webhook-form';

/** What a webhook can be told. */
export type WebhookAct = 'test' | 'enable' | 'disable';

type Words = Omit<ActPlan, 'run'>;

const words: Readonly<Record<WebhookAct, (name: string) => Words>> = {
  test: (name) => ({
    title: $localize`Send a test to ${name}:webhook:?`,
    text: $localize`A signed event named "ping" is sent to its address. What came back is listed below in a moment.`,
    confirm: $localize`Send test`,
    done: $localize`A test is on its way`,
  }),
  enable: (name) => ({
    title: $localize`Enable ${name}:webhook:?`,
    text: $localize`Deliveries go on from where they stood.`,
    confirm: $localize`Enable webhook`,
    done: $localize`${name}:webhook: is enabled`,
  }),
  disable: (name) => ({
    title: $localize`Disable ${name}:webhook:?`,
    text: $localize`Nothing is sent to it until it is enabled again.`,
    confirm: $localize`Disable webhook`,
    done: $localize`${name}:webhook: is disabled`,
  }),
};

const signed = ({ reason, by }: ActGiven): ActRequest => ({ ...(reason && { reason }), ...(by && { by }) });

/** Disabling puts it as it is, but for that: secrets and headers that are not given stay. */
export const webhookPlan = (api: WebhooksApi, webhook: Webhook, act: WebhookAct): ActPlan => ({
  ...words[act](webhook.name),
  run: (given, key) =>
    act === 'disable'
      ? api.put(webhook.name, toWebhookRequest({ ...webhookForm(webhook), isEnabled: false }), signed(given))
      : api.act(webhook.name, act, signed(given), key),
});

export const removeWebhookPlan = (api: WebhooksApi, name: string): ActPlan => ({
  title: $localize`Delete ${name}:webhook:?`,
  text: $localize`Nothing is sent to it any more; its deliveries are gone with it, also those that wait.`,
  confirm: $localize`Delete webhook`,
  isDanger: true,
  line: typedName(name),
  done: $localize`${name}:webhook: is deleted`,
  run: (given) => api.remove(name, signed(given)),
});

export const redeliverPlan = (api: WebhooksApi, name: string, { id, event }: WebhookDelivery): ActPlan => ({
  title: $localize`Deliver ${event}:event: again?`,
  text: $localize`The same event is sent once more under the same id, so that a receiver that has it can tell.`,
  confirm: $localize`Deliver again`,
  done: $localize`${event}:event: is on its way again`,
  run: (given, key) => api.redeliver(name, { id, ...signed(given) }, key),
});
