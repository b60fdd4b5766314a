import { lifecycleTypeOf } from '#libs/contracts';
import { isLifecycle, type Json, lifecycleContent, lifecycleKind, type LifecycleEvent } from '#libs/engine';
import { type DueDelivery, inlineOrSize, pingEvent, type ToldEvent, type WebhookRow } from '#libs/persistence';
import { signWebhook } from '#libs/platform';

export interface WebhookRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The signed request of one attempt.
 * @param nowMs epoch ms: the signature carries the time of the attempt
 * @returns undefined when what it tells is kept no more
 */
export function webhookRequest(webhook: WebhookRow, delivery: DueDelivery, nowMs: number): WebhookRequest | undefined {
  const payload = payloadOf(webhook, delivery);
  if (payload === undefined) return undefined;
  const body = JSON.stringify(payload);
  const id = `${delivery.instanceId}/${delivery.seq}`;
  const timestamp = Math.floor(nowMs / 1_000);
  return {
    url: new URL(webhook.url),
    headers: {
      ...webhook.headers,
      'content-type': 'application/json',
      'user-agent': 'OrquestraX',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook({ id, timestamp, body }, webhook.secrets),
    },
    body,
  };
}

function payloadOf({ name }: WebhookRow, { event, told, createdAt }: DueDelivery): object | undefined {
  if (event === pingEvent)
    return { type: 'dev.orquestrax.webhook.ping.v1', timestamp: new Date(createdAt).toISOString(), data: { webhook: name } };
  if (told === undefined || !isLifecycle(told.event)) return undefined;
  return {
    type: lifecycleTypeOf(lifecycleKind(told.event.type).name),
    timestamp: new Date(told.event.at).toISOString(),
    data: toldContent(told.instance, told.event),
  };
}

/** As stored: an output over 64 KiB is left out, and its size told. */
export const toldContent = (instance: ToldEvent['instance'], event: LifecycleEvent): object => ({
  ...lifecycleContent(instance, event),
  ...(event.type === 'instanceCompleted' && outputOf(event.data.output)),
});

function outputOf(stored: Json): { output: Json; outputBytes?: number } {
  const found = inlineOrSize(stored);
  return 'value' in found ? { output: found.value } : { output: null, outputBytes: found.bytes };
}
