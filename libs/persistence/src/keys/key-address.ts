import { bucketOf } from '#libs/contracts';

/** A name and a key, of one tenant: where events by key and the waits for them meet. */
export interface EventAddress {
  readonly tenant: string;
  readonly name: string;
  readonly key: string;
}

const SLOTS = 1_024;

/** A key's bucket says whose owner looks after it; the separator cannot occur in stored text. */
export const eventBucket = ({ tenant, name, key }: EventAddress): number => bucketOf([tenant, 'event', name, key].join('\0'));
export const lockBucket = (tenant: string, key: string): number => bucketOf([tenant, 'lock', key].join('\0'));

/**
 * The advisory locks that subscribing and delivering both take, in an order that is the same for all. A statement of their own: what comes
 * after them in the transaction sees what the one before them has committed.
 */
export function eventLocks(addresses: readonly EventAddress[]): string {
  const slots = new Set(addresses.map((address) => eventBucket(address) % SLOTS));
  return lockStatement('orquestrax.events', [...slots]);
}

/** Serialises whoever grants a lock's key. Batches, which request and release, never take it: so no batch ever waits for another. */
export const grantingLock = (tenant: string, key: string): string => lockStatement('orquestrax.locks', [lockBucket(tenant, key)]);

const lockStatement = (space: string, slots: number[]): string =>
  `SELECT pg_advisory_xact_lock(hashtext('${space}'), slot) FROM unnest('{${slots.sort((a, b) => a - b).join(',')}}'::int[]) AS u(slot)`;
