import { createHash } from 'node:crypto';
import { type ActCommand, actCommandSchemas, waitDurationSchema } from '#libs/contracts';
import type { Delivery } from '#libs/messaging';
import { ApiProblem, fault } from '../http/api-problem.js';
import { bodyLimit } from '../http/entry.js';
import { utf8Text } from '../http/read-body.js';
import { parseRequestJson } from '../http/request-json.js';
import { type CloudEvent, openMessage } from '../messages/cloud-event.js';
import { isJsonType, mediaTypeOf } from '../messages/media-type.js';
import { messageKeyOf } from '../messages/message-key.js';

export type CommandDelivery = Pick<Delivery, 'routingKey' | 'content' | 'messageId' | 'contentType' | 'headers'>;
export type CommandName = 'workflow.start' | 'workflow.event' | ActCommand;

/** A command that can be read; whether it can be done is another question. */
export interface ReadCommand {
  readonly name: CommandName;
  /** Names it; a repeat has the same. */
  readonly key: string;
  /** What the sender calls it. */
  readonly id: string;
  readonly hash: string;
  readonly body: unknown;
  /** The CloudEvent it came as. */
  readonly event: CloudEvent | undefined;
  /** Header `wait`: how long its answer may wait, ms. */
  readonly waitMs: number | undefined;
}

const known: readonly string[] = ['workflow.start', 'workflow.event', ...Object.keys(actCommandSchemas)];
const isKnown = (name: string): name is CommandName => known.includes(name);

/** @throws ApiProblem nobody can make anything of it */
export function readCommand(delivery: CommandDelivery): ReadCommand {
  const { routingKey, content, headers } = delivery;
  if (content.length > bodyLimit)
    throw new ApiProblem('BODY_TOO_LARGE', `expected a message of at most ${bodyLimit} bytes, but it has ${content.length}`);
  const { event, contentType, data } = openMessage(delivery);
  const id = delivery.messageId || event?.attributes.id;
  if (id === undefined)
    throw new ApiProblem(
      'MESSAGE_ID_REQUIRED',
      'expected a message_id (or the id of a CloudEvent), which makes the command idempotent, but there was none',
    );
  const name = requireName(routingKey, event);
  // Ids of CloudEvents are unique for their source only.
  const key = delivery.messageId ? messageKeyOf('amqp', id) : messageKeyOf('amqp', `${event?.attributes.source} ${id}`);
  const hash = createHash('sha256').update(`${name}\n`).update(content).digest('hex');
  const body = 'value' in data ? data.value : readJson(data.bytes, contentType);
  return { name, key, id, hash, body, event, waitMs: waitOf(headers['wait']) };
}

/** The routing key, or else the type of the CloudEvent: `dev.orquestrax.workflow.start.v1`. */
function requireName(routingKey: string, event: CloudEvent | undefined): CommandName {
  if (isKnown(routingKey)) return routingKey;
  const type = event?.attributes.type ?? '';
  const named = /^dev\.orquestrax\.(workflow\..+)\.v1$/.exec(type)?.[1];
  if (named !== undefined && isKnown(named)) return named;
  const found = event === undefined ? '' : ` and the type of the CloudEvent ${JSON.stringify(type.slice(0, 100))}`;
  throw new ApiProblem(
    'COMMAND_UNKNOWN',
    `expected one of ${known.join(', ')}, but the routing key was ${JSON.stringify(routingKey.slice(0, 100))}${found}`,
  );
}

function readJson(bytes: Buffer, contentType: string | undefined): unknown {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType !== '' && !isJsonType(mediaType))
    throw new ApiProblem('CONTENT_TYPE_UNSUPPORTED', `expected JSON, but the content type was ${JSON.stringify(mediaType)}`, {
      errors: [fault('CONTENT_TYPE', '', `was ${mediaType}`, 'send application/json, or no content type')],
    });
  return parseRequestJson(utf8Text(bytes));
}

function waitOf(header: unknown): number | undefined {
  if (header === undefined) return undefined;
  const parsed = waitDurationSchema.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new ApiProblem(
    'PARAMETER_INVALID',
    `header wait: expected a duration of at most 60s, such as 500ms or 20s, but was ${JSON.stringify(header)?.slice(0, 60)}`,
  );
}
