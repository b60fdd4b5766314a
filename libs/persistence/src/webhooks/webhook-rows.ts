import type { InstanceId, Severity } from '#libs/engine';
import type { FeedPosition } from '../feed/feed-position.js';
import type { ToldEvent } from '../ports.js';

export type WebhookStatus = 'active' | 'disabled';
export type DeliveryStatus = 'waiting' | 'delivered' | 'failed';

/** What a person says of a webhook. */
export interface WebhookFacts {
  readonly url: string;
  /** null: of all. */
  readonly definitions: readonly string[] | null;
  /** Names of lifecycle events; null: all. */
  readonly events: readonly string[] | null;
  /** At least; null: any. */
  readonly severity: Severity | null;
  /** Each signs. */
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly status: WebhookStatus;
  readonly note: string | null;
}

export interface WebhookRow extends WebhookFacts {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** First failure after the last success, epoch ms. */
  readonly failingSince: number | null;
  readonly delivered: number;
  readonly failed: number;
  readonly lastAt: number | null;
  readonly lastStatus: number | null;
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface WebhookCursor extends FeedPosition {
  readonly webhookId: string;
  readonly partition: number;
}

export interface NewDelivery {
  readonly webhookId: string;
  readonly instanceId: InstanceId;
  readonly seq: number;
  readonly event: string;
}

export interface DeliveryRow {
  /** UUIDv7: the order of lists. */
  readonly id: string;
  readonly instanceId: InstanceId;
  readonly seq: number;
  readonly event: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly createdAt: number;
  readonly nextAt: number | null;
  readonly lastAt: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly lastMs: number | null;
}

/** A delivery that is due, with what it tells. */
export interface DueDelivery {
  readonly webhookId: string;
  readonly instanceId: InstanceId;
  readonly seq: number;
  readonly event: string;
  /** Made so far. */
  readonly attempts: number;
  /** Beginning of the time it is tried for, epoch ms. */
  readonly triedSince: number;
  readonly createdAt: number;
  /** Absent: a ping, or the instance is kept no more. */
  readonly told?: ToldEvent;
}

/** What became of one attempt. */
export interface DeliveryResult {
  readonly webhookId: string;
  readonly instanceId: InstanceId;
  readonly seq: number;
  readonly status: DeliveryStatus;
  /** Of a waiting one: when it is tried again, ms from now. */
  readonly retryInMs: number | null;
  /** HTTP status; null: none came. */
  readonly answered: number | null;
  readonly error: string | null;
  readonly ms: number;
}

/** The `event` of a delivery that only tests a webhook. */
export const pingEvent = 'ping';
