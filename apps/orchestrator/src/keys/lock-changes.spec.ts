import type { InstanceId, LockMessage, Send } from '#libs/engine';
import { lockChanges } from './lock-changes.js';

const one = 'one' as InstanceId;
const send = (key: string, type: LockMessage['type'], token: number): Send => ({
  to: { lock: key },
  id: `one:${token}`,
  message: { type, instance: one, path: 'guard', token, limit: 2 } as LockMessage,
});

describe('lockChanges', () => {
  it('takes requests and releases, and names each key once', () => {
    const { lockRequests, lockReleases, keys } = lockChanges(
      [send('a', 'lockRequest', 3), send('a', 'lockRelease', 1), send('b', 'lockRelease', 2)],
      () => 'acme',
    );
    expect(lockRequests).toEqual([{ instanceId: one, path: 'guard', token: 3, tenant: 'acme', key: 'a', limit: 2 }]);
    expect(lockReleases.map(({ token }) => token)).toEqual([1, 2]);
    expect(keys).toEqual([
      { tenant: 'acme', key: 'a' },
      { tenant: 'acme', key: 'b' },
    ]);
  });

  it('forgets a request that is withdrawn in the same batch', () => {
    const { lockRequests, lockReleases } = lockChanges(
      [send('a', 'lockRequest', 3), send('a', 'lockRelease', 3)],
      () => undefined,
    );
    expect([lockRequests, lockReleases]).toEqual([[], []]);
  });

  it('takes the terms of a limit, and permits that are used', () => {
    const to = { lock: '~rate/d/k' };
    const asked = { type: 'lockRequest', instance: one, path: '', token: 2, limit: 5, limitKind: 'rate', priority: 7 } as const;
    const used = { type: 'permitUsed', instance: one, path: '', token: 1, windowMs: 60_000 } as const;
    const { lockRequests, permitsUsed, keys } = lockChanges(
      [asked, used].map((message) => ({ to, id: `one:${message.token}`, message })),
      () => 'acme',
    );
    expect(lockRequests).toEqual([{ instanceId: one, path: '', token: 2, tenant: 'acme', key: to.lock, limit: 5, priority: 7 }]);
    expect(permitsUsed).toEqual([{ instanceId: one, path: '', token: 1, windowMs: 60_000 }]);
    expect(keys).toEqual([{ tenant: 'acme', key: to.lock }]);
  });
});
