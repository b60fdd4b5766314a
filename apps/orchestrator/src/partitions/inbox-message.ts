import type { Message, ReceivedEvent } from '#libs/engine';
import type { InboxRow } from '#libs/persistence';

/**
 * What an inbox row says: its content, under the type that is its kind. When an event came is what the database noted, unless its sender
 * (another instance, a key) knows better.
 * @returns undefined for what is no message to an instance
 */
export function messageOf({ id, kind, content, receivedAt }: InboxRow): Message | undefined {
  if (kind === 'startChild' || kind === 'spoilt' || kind === 'returned') return undefined;
  const message = { ...content, type: kind } as unknown as Message;
  if (message.type !== 'event') return message;
  const event: Partial<ReceivedEvent> = message.event;
  return { ...message, event: { ...message.event, id: event.id ?? id, at: event.at ?? receivedAt } };
}
