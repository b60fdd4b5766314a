import { defaultTenant } from '#libs/contracts';
import type { InstanceId, LockMessage, Send } from '#libs/engine';
import type { EndedLockRequest, KeyChanges, LockAddress, NewLockRequest, UsedPermit } from '#libs/persistence';

export interface LockChanges extends Pick<KeyChanges, 'lockRequests' | 'lockReleases' | 'permitsUsed'> {
  /** Keys to be looked at once this is committed. */
  readonly keys: readonly LockAddress[];
}

/** What instances ask of locks and limits. A request that is withdrawn in the same batch was never made. */
export function lockChanges(sends: readonly Send[], tenantOf: (id: InstanceId) => string | undefined): LockChanges {
  const requests = new Map<string, NewLockRequest>();
  const releases = new Map<string, EndedLockRequest>();
  const used = new Map<string, UsedPermit>();
  const keys = new Map<string, LockAddress>();
  for (const { to, message: sent } of sends) {
    if (!('lock' in to)) continue;
    const message = sent as LockMessage; // what goes to a lock is always one
    const { path, token } = message;
    const instanceId = message.instance as InstanceId;
    const tenant = tenantOf(instanceId) ?? defaultTenant;
    const place = `${instanceId}/${token}/${path}`;
    const request = { instanceId, path, token };
    keys.set(`${tenant}/${to.lock}`, { tenant, key: to.lock });
    if (message.type === 'lockRequest') requests.set(place, { ...request, tenant, key: to.lock, ...termsOf(message) });
    else if (message.type === 'permitUsed') used.set(place, { ...request, windowMs: message.windowMs });
    else if (!requests.delete(place)) releases.set(place, request);
  }
  return {
    lockRequests: [...requests.values()],
    lockReleases: [...releases.values()],
    permitsUsed: [...used.values()],
    keys: [...keys.values()],
  };
}

const termsOf = ({ limit, priority, onLimit }: Extract<LockMessage, { type: 'lockRequest' }>) => ({
  limit,
  ...(priority !== undefined && { priority }),
  ...(onLimit !== undefined && { onLimit }),
});
