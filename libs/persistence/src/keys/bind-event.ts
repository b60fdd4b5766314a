import type { PoolClient } from 'pg';
import { type InstanceId, type InstanceStatus, isEnded } from '#libs/engine';
import type { InboxOutcome } from '../instances/inbox-door.js';
import { eventLocks } from './key-address.js';
import { statusOfInstance } from './key-statements.js';
import { type KeyedEventRow, offerTo, readEvent, receivedEvent } from './offer-event.js';

/** `unknown`: no such event. `notKept`: somebody has it, or it was dropped. Else as of an instance command. */
export type BindOutcome = { readonly outcome: 'unknownEvent' | 'notKept' } | Exclude<InboxOutcome, { outcome: 'existing' }>;

/** By hand, amid a transaction: a kept event, expired or not, goes to an instance, for any of its waits or to be kept there. */
export async function bindEvent(client: PoolClient, tenant: string, id: string, instanceId: InstanceId): Promise<BindOutcome> {
  const known = await readEvent(client, tenant, id);
  if (known === undefined) return { outcome: 'unknownEvent' };
  await client.query(eventLocks([known]));
  const event = await readEvent(client, tenant, id);
  const { rows } = await client.query<{ status: InstanceStatus }>({ ...statusOfInstance, values: [tenant, instanceId] });
  const refusal = refusalOf(event, rows[0]?.status);
  if (refusal !== undefined) return refusal;
  await offerTo(client, tenant, withoutKey(event!), [{ instanceId, seq: `bound-${event!.offers.length}` }]);
  return { outcome: 'stored' };
}

function refusalOf(event: KeyedEventRow | undefined, status: InstanceStatus | undefined): BindOutcome | undefined {
  if (event?.status !== 'kept') return { outcome: 'notKept' };
  if (status === undefined) return { outcome: 'unknown' };
  return isEnded(status) ? { outcome: 'ended', status } : undefined;
}

/** Bound by hand it may go to any wait for its name, whatever key that one asks for. */
function withoutKey(event: KeyedEventRow) {
  const { key: _key, ...rest } = receivedEvent(event);
  return rest;
}
