import { bucketOf } from '#libs/contracts';
import type { InstanceId, JsonObject, Send } from '#libs/engine';
import type { NewInboxRow } from '#libs/persistence';

/** What instances tell one another, as inbox rows; what they tell a key is not among them. */
export function sendRows(sends: readonly Send[]): NewInboxRow[] {
  return sends.flatMap(({ to, id, message }) => {
    if (!('instance' in to)) return [];
    const instanceId = to.instance as InstanceId;
    return [
      {
        id,
        instanceId,
        bucket: bucketOf(instanceId),
        kind: message.type,
        content: message as unknown as JsonObject,
      } as NewInboxRow,
    ];
  });
}
