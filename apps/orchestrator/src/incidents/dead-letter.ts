import { createHash } from 'node:crypto';
import { type BuriedIncident, commandsQueue, incidentHeader, stepEnvelopeSchema } from '#libs/contracts';
import { decodeEnvelope, type Delivery, maxMessageBytes } from '#libs/messaging';
import type { NewIncident } from '#libs/persistence';
import { namedIn } from './input-item.js';

/** Of its text: in there it says what it is about. */
const lookedThrough = 64 * 1024;
/** Kinds a gateway makes dead letters of when they are too many. */
const ofGateways: ReadonlySet<string> = new Set([
  'unreadable',
  'refusedCommand',
  'refusedMessage',
  'failingCommand',
  'failingMessage',
]);

/** What a message is about, as far as its text tells. */
export const whatIsNamedIn = (content: Buffer): ReturnType<typeof namedIn> =>
  namedIn(content.subarray(0, lookedThrough).toString('utf8'));

/** The same content in the same queue is the same incident, however often it comes. */
export const messageKeyOf = (kind: string, queue: string, content: Buffer): string =>
  `${kind}:${createHash('sha256').update(queue).update(content).digest('hex')}`;

/** Id of the incident a dead letter has already. */
export const writtenOf = (letter: Pick<Delivery, 'headers'>): string | undefined => knownOf(letter).id;

/** The incident of a dead letter: what it was refused for, where that is known; a message to an owner or a gateway can be redriven. */
export function incidentOf(letter: Delivery): NewIncident {
  const { headers, content, routingKey, messageId, contentType } = letter;
  const { [incidentHeader]: _, 'x-death': __, reason, ...sent } = headers;
  const known = knownOf(letter);
  const queue = textOf(headers['x-first-death-queue']) ?? '';
  const exchange = textOf(headers['x-first-death-exchange']) ?? '';
  const kind = kindOf(known.kind, queue);
  const why = textOf(reason) ?? reasonOf(queue, content);
  const { code = /^([A-Z][A-Z_]*): /.exec(why)?.[1] ?? 'DEAD_LETTER', trigger, key, ...about } = known;
  const { instanceId, path, definition } = kind === 'unreadable' || kind === 'deadLetter' ? whatIsThere(content) : about;
  return {
    ...{ kind, code, reason: why, raw: content.subarray(0, maxMessageBytes) },
    headers: { ...sent, queue, exchange, routingKey, messageId, contentType, code, ...(trigger !== undefined && { trigger }) },
    messageKey: key === undefined ? messageKeyOf(kind, queue, content) : `${kind}:${key}`,
    ...(instanceId !== undefined && { instanceId }),
    ...(path !== undefined && { path }),
    ...(definition !== undefined && { definition }),
  };
}

/** Of one whose headers make an incident no database takes: only what must not be lost. */
export const bareIncidentOf = ({ queue, content }: Delivery, { message }: Error): NewIncident => ({
  ...{ kind: 'deadLetter', code: 'DEAD_LETTER', raw: content.subarray(0, maxMessageBytes) },
  reason: `a message whose headers cannot be stored: ${message.slice(0, 500)}`,
  messageKey: messageKeyOf('deadLetter', queue, content),
});

const whatIsThere = (content: Buffer): Pick<NewIncident, 'instanceId' | 'path' | 'definition'> => whatIsNamedIn(content);

function kindOf(kind: string | undefined, queue: string): string {
  if (kind !== undefined && ofGateways.has(kind)) return kind;
  return queue === commandsQueue || queue.startsWith('orquestra.partition.') ? 'unreadable' : 'deadLetter';
}

/** A worker says nothing about a command it cannot read: looked at once more, it tells by itself. */
function reasonOf(queue: string, content: Buffer): string {
  const what = queue === '' ? 'a message' : `a message of ${queue}`;
  if (!queue.startsWith('orquestra.steps.')) return `${what} was rejected`;
  const read = decodeEnvelope(content, stepEnvelopeSchema);
  return read.ok ? `${what} was rejected by a worker` : `${what} cannot be read by workers: ${read.reason}`;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** More would not fit into an index. */
const textBytes = 500;

/** What the header says, as far as it is what we write there: anybody can send one. */
function knownOf({ headers }: Pick<Delivery, 'headers'>): BuriedIncident {
  try {
    const known = JSON.parse(textOf(headers[incidentHeader]) ?? '{}') as Record<string, unknown> | null;
    const texts = Object.entries(known ?? {}).filter(
      ([, value]) => typeof value === 'string' && Buffer.byteLength(value) <= textBytes,
    );
    const { id, instanceId, ...rest } = Object.fromEntries(texts) as BuriedIncident;
    return {
      ...rest,
      ...(uuid.test(id ?? '') && { id: id! }),
      ...(uuid.test(instanceId ?? '') && { instanceId: instanceId! }),
    };
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
