import type { PoolClient } from 'pg';
import { bucketOf } from '#libs/contracts';
import {
  type InboxMessage,
  type InstanceError,
  type InstanceId,
  type InstanceStatus,
  isEnded,
  type JsonObject,
} from '#libs/engine';
import { contentsFromPool } from '../payloads/payload-contents.js';
import { readable } from '../payloads/spoilt.js';
import { readStored, readStoredValue, refsIn } from '../payloads/stored-json.js';
import type { NewInboxRow } from '../ports.js';

type ChildEnded = Extract<InboxMessage, { type: 'childEnded' }>;

/** What a head says of the end, as it is stored. */
export interface EndedHead {
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  readonly output: string | null;
  readonly error: string | null;
}

/**
 * How an instance has ended; undefined while it has not.
 * @throws SpoiltRow
 */
export async function readEnd(
  client: PoolClient,
  { id, status, output, error }: EndedHead,
): Promise<Pick<ChildEnded, 'id' | 'status' | 'output' | 'error'> | undefined> {
  if (!isEnded(status)) return undefined;
  const end = `the end of ${id}`;
  const refs = readable(end, () => [...refsIn(output === null ? [] : [output], true), ...refsIn(error === null ? [] : [error])]);
  const contents = await contentsFromPool(client, refs);
  return readable(end, () => ({
    id,
    status: status as ChildEnded['status'],
    ...(status === 'completed' && { output: output === null ? null : readStoredValue(output, contents) }),
    ...(error !== null && { error: readStored<InstanceError>(error, contents) }),
  }));
}

/** To a step that waits for an instance it did not start. */
export function childEndedRow(
  parent: InstanceId,
  { path, token }: { path: string; token: number },
  end: Pick<ChildEnded, 'id' | 'status' | 'output' | 'error'>,
): NewInboxRow {
  const content: ChildEnded = { type: 'childEnded', path, token, ...end };
  const id = `child:${end.id}:${token}:${path}`;
  return { id, instanceId: parent, bucket: bucketOf(parent), kind: 'childEnded', content: content as unknown as JsonObject };
}
