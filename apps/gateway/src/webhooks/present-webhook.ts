import type { Webhook, WebhookDelivery } from '#libs/contracts';
import type { DeliveryRow, WebhookRow } from '#libs/persistence';
import { toIso, toIsoOrNull } from '../http/times.js';

/** Secrets and values of headers stay inside. */
export function presentWebhook(row: WebhookRow, waiting: number): Webhook {
  const { name, url, definitions, events, severity, headers, status, note, delivered, failed, lastStatus } = row;
  return {
    ...{ name, url, severity, status, note, waiting, delivered, failed, lastStatus },
    definitions: definitions && [...definitions],
    events: events && [...events],
    headers: Object.keys(headers),
    lastAt: toIsoOrNull(row.lastAt),
    createdAt: toIso(row.createdAt),
    changedAt: toIso(row.changedAt),
  };
}

export function presentDelivery(row: DeliveryRow): WebhookDelivery {
  const { instanceId, seq, event, status, attempts, lastStatus, lastError, lastMs } = row;
  return {
    id: `${instanceId}/${seq}`,
    instance: instanceId,
    ...{ event, seq, status, attempts, lastStatus, lastError, lastMs },
    createdAt: toIso(row.createdAt),
    nextAt: toIsoOrNull(row.nextAt),
    lastAt: toIsoOrNull(row.lastAt),
  };
}
