import type { Delivery } from '#libs/messaging';
import { type IncidentWithMessage, SpoiltRow, UNREADABLE_HEADERS } from '#libs/persistence';
import type { Json } from '#libs/engine';
import { isJsonType, mediaTypeOf } from '../messages/media-type.js';

const own = [
  'queue',
  'exchange',
  'routingKey',
  'messageId',
  'correlationId',
  'replyTo',
  'contentType',
  'code',
  'trigger',
] as const;
type Own = (typeof own)[number];

/** The message an incident is about, as it was delivered; or with other content. @throws SpoiltRow nobody knows its name any more */
export function storedMessage({ headers, raw }: Pick<IncidentWithMessage, 'headers' | 'raw'>, edit?: Json): Delivery {
  if (headers === UNREADABLE_HEADERS) throw new SpoiltRow('the headers of the message cannot be read'); // its name is among them
  const of = (name: Own): string | undefined => {
    const value = headers?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  const rest = Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !own.includes(name as Own)));
  const [messageId, wasType] = [of('messageId'), of('contentType')];
  const contentType = edit === undefined || isJsonType(mediaTypeOf(wasType)) ? wasType : 'application/json';
  return {
    queue: of('queue') ?? '',
    exchange: of('exchange') ?? '',
    routingKey: of('routingKey') ?? '',
    content: edit === undefined ? (raw ?? Buffer.alloc(0)) : Buffer.from(JSON.stringify(edit)),
    redelivered: false,
    ...(messageId !== undefined && { messageId }),
    ...(contentType !== undefined && { contentType }),
    headers: rest,
    settle: () => undefined,
  };
}

/** Name of the trigger or hook it came to. */
export const triggerOf = ({ headers }: Pick<IncidentWithMessage, 'headers'>): string => String(headers?.['trigger'] ?? '');
