import type { InstanceId, JsonObject, OnLimit, ReceivedEvent } from '#libs/engine';

/** A wait for events by key that a batch opens. */
export interface NewSubscription {
  readonly instanceId: InstanceId;
  readonly path: string;
  /** Of the audit event that opened it. */
  readonly seq: number;
  readonly tenant: string;
  readonly names: readonly string[];
  readonly key: string;
  readonly since: number;
  /**
   * Which of the events kept for these names and this key (oldest first) it takes; asked once, while nobody else can take them or bring
   * another. They reach the instance through its inbox.
   */
  readonly choose: (kept: readonly ReceivedEvent[]) => readonly ReceivedEvent[];
}

/** Whatever waited at `path` (for `name`; absent: for any) and was opened before `beforeSeq` waits no more. */
export interface EndedSubscription {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly beforeSeq: number;
  readonly name?: string;
}

/** An event that was kept for a key and that a new subscription takes. */
export interface OfferedEvent {
  readonly tenant: string;
  readonly event: ReceivedEvent;
  readonly instanceId: InstanceId;
  readonly path: string;
  /** Id of the inbox row by which it comes. */
  readonly offer: string;
}

export interface NewLockRequest {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly token: number;
  readonly tenant: string;
  readonly key: string;
  /** Holders at the same time, ≥ 1. */
  readonly limit: number;
  /** Higher first; absent: 0. */
  readonly priority?: number;
  /** Absent: it waits. */
  readonly onLimit?: OnLimit;
}

/** Gives a lock back, or withdraws a request that still waits. */
export type EndedLockRequest = Pick<NewLockRequest, 'instanceId' | 'path' | 'token'>;

/** The permit of a rate is used from the moment of the commit on. */
export interface UsedPermit extends EndedLockRequest {
  readonly windowMs: number;
}

/** What a batch has to say to keys. */
export interface KeyChanges {
  readonly subscribed: readonly NewSubscription[];
  readonly unsubscribed: readonly EndedSubscription[];
  readonly lockRequests: readonly NewLockRequest[];
  readonly lockReleases: readonly EndedLockRequest[];
  readonly permitsUsed: readonly UsedPermit[];
}

/** Id of the inbox row by which an event by key comes to a subscriber: one event may be offered again to a later wait of the same instance. */
export const offerId = (eventId: string, subscriptionSeq: number | string): string => `event/${eventId}/${subscriptionSeq}`;

/** Content of that row. */
export const offerContent = (event: ReceivedEvent, path?: string): JsonObject =>
  ({ type: 'event', event, ...(path !== undefined && { path }) }) as unknown as JsonObject;

/** `instance/seq` of the subscriptions an event has been offered to. */
export const offeredSubscriptions = (offeredTo: readonly string[], offers: readonly string[]): string[] =>
  offers.map((offer, place) => `${offeredTo[place]}/${offer.slice(offer.lastIndexOf('/') + 1)}`);
