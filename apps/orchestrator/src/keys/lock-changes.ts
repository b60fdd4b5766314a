import { defaultTenant } from '#libs/contracts';
import type { InstanceId, Send } from '#libs/engine';
import type { EndedLockRequest, LockAddress, NewLockRequest } from '#libs/persistence';

export interface LockChanges {
  readonly lockRequests: readonly NewLockRequest[];
  readonly lockReleases: readonly EndedLockRequest[];
  /** Keys to be looked at once this is committed. */
  readonly keys: readonly LockAddress[];
}

/** What instances ask of locks. A request that is withdrawn in the same batch was never made. */
export function lockChanges(sends: readonly Send[], tenantOf: (id: InstanceId) => string | undefined): LockChanges {
  const requests = new Map<string, NewLockRequest>();
  const releases = new Map<string, EndedLockRequest>();
  const keys = new Map<string, LockAddress>();
  for (const { to, message } of sends) {
    if (!('lock' in to) || (message.type !== 'lockRequest' && message.type !== 'lockRelease')) continue;
    const { path, token } = message;
    const instanceId = message.instance as InstanceId;
    const tenant = tenantOf(instanceId) ?? defaultTenant;
    const place = `${instanceId}/${token}/${path}`;
    keys.set(`${tenant}/${to.lock}`, { tenant, key: to.lock });
    if (message.type === 'lockRequest')
      requests.set(place, { instanceId, path, token, tenant, key: to.lock, limit: message.limit });
    else if (!requests.delete(place)) releases.set(place, { instanceId, path, token });
  }
  return { lockRequests: [...requests.values()], lockReleases: [...releases.values()], keys: [...keys.values()] };
}
