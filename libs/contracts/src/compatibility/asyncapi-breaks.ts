import { type Break, type Direction, type Schema, schemaBreaks } from './schema-breaks.js';

const partOf = (value: unknown, name: string): Schema => ((value as Schema | undefined)?.[name] ?? {}) as Schema;

/** What no longer works for systems that exchange messages as the former document says; channels between our own services are left out. */
export function asyncApiBreaks(before: Schema, after: Schema): Break[] {
  return Object.entries(partOf(before, 'channels'))
    .filter(([, channel]) => (channel as Schema)['x-public'] === true)
    .flatMap(([id, channel]) => {
      const where = `channel ${id}`;
      const current = partOf(after, 'channels')[id] as Schema | undefined;
      if (current === undefined) return [{ rule: 'channel-removed', where, text: 'was there, and is gone' }];
      const direction = partOf(partOf(before, 'operations'), id)['action'] === 'send' ? 'response' : 'request';
      return [
        ...placeBreaks(channel as Schema, current, where),
        ...actionBreaks(id, before, after, where),
        ...messageBreaks(channel as Schema, current, { before, after, direction, where }),
      ];
    });
}

/** An address that is one parameter and nothing else leaves it open, as null does. */
const addressOf = ({ address }: Schema): unknown => (/^\{\w+\}$/.test(String(address)) ? null : address);
const exchangeOf = (channel: Schema): Schema => partOf(partOf(partOf(channel, 'bindings'), 'amqp'), 'exchange');

function placeBreaks(old: Schema, current: Schema, where: string): Break[] {
  const facts = [
    ['address', addressOf(old), addressOf(current)],
    ...['name', 'type', 'durable'].map((name) => [`exchange ${name}`, exchangeOf(old)[name], exchangeOf(current)[name]]),
  ];
  return facts
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => ({
      rule: 'address-changed',
      where,
      text: `${String(name)} was ${String(was)}, and is ${String(is)}`,
    }));
}

function actionBreaks(id: string, before: Schema, after: Schema, where: string): Break[] {
  const [old, current] = [partOf(partOf(before, 'operations'), id), partOf(partOf(after, 'operations'), id)];
  if (old['action'] !== current['action'])
    return [
      { rule: 'action-changed', where, text: `was ${String(old['action'])}, and is ${String(current['action'] ?? 'gone')}` },
    ];
  if (old['reply'] === undefined) return [];
  const refsOf = (operation: Schema): string[] =>
    ((partOf(operation, 'reply')['messages'] ?? []) as { $ref: string }[]).map(({ $ref }) => $ref);
  const known = refsOf(old);
  if (current['reply'] === undefined) return [{ rule: 'reply-removed', where, text: 'was answered, and no longer is' }];
  return refsOf(current)
    .filter((ref) => !known.includes(ref))
    .map((ref) => ({ rule: 'reply-added', where, text: `${ref.split('/').at(-1) ?? ref} was never an answer before` }));
}

interface Context {
  readonly before: Schema;
  readonly after: Schema;
  readonly direction: Direction;
  readonly where: string;
}

function messageBreaks(old: Schema, current: Schema, { before, after, direction, where }: Context): Break[] {
  const news = partOf(current, 'messages');
  return Object.entries(partOf(old, 'messages')).flatMap(([id, message]) => {
    const at = `${where} ${id}`;
    if (news[id] === undefined) return [{ rule: 'message-removed', where: at, text: 'was there, and is gone' }];
    const compare = (part: 'payload' | 'headers'): Break[] =>
      (message as Schema)[part] === undefined
        ? []
        : schemaBreaks(
            { schema: (message as Schema)[part], document: rootOf((message as Schema)[part], before) },
            { schema: partOf(news[id], part), document: after },
            direction,
            part === 'headers' ? `${at} headers` : at,
          );
    return [...compare('payload'), ...compare('headers')];
  });
}

/** Documents before 0.2 kept the parts of a payload beside it. */
const rootOf = (payload: unknown, document: Schema): Schema => ({ ...document, $defs: partOf(payload, '$defs') });
