import { bucketOf } from '#libs/contracts';
import type { JsonObject } from '#libs/engine';
import type { NewInboxRow } from '#libs/persistence';
import type { Input } from './inputs.js';

/**
 * What came for an instance that is left alone, as a row of its inbox: it is decided when the instance is looked at again, by whoever owns it
 * then. What comes again by itself has none: our own clocks and judgements, hints, and claims, which a worker repeats until it is answered.
 */
export function heldRow(input: Input): NewInboxRow | undefined {
  const { instanceId } = input;
  const row = { instanceId, bucket: bucketOf(instanceId) };
  if (input.kind === 'returned') {
    const { path, token, delivery } = input;
    return { ...row, id: `held:returned:${token}:${delivery}`, kind: 'returned', content: { path, token, delivery } };
  }
  if (input.kind !== 'message') return undefined;
  const { message } = input;
  switch (message.type) {
    case 'stepCompleted':
    case 'stepFailed':
      // One outcome an attempt: what is delivered again is the same row.
      return { ...row, id: `held:outcome:${message.token}`, kind: message.type, content: contentOf(message) };
    case 'progress':
      // One an attempt, which is but a help for the next one: however often it reports, its instance's inbox stays short.
      return { ...row, id: `held:progress:${message.token}`, kind: message.type, content: contentOf(message) };
    default:
      return undefined;
  }
}

/** Without what is absent; its type is the kind of the row. */
const contentOf = ({ type: _, ...message }: { readonly type: string } & object): JsonObject =>
  Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as JsonObject;
