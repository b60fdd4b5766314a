import { EVENT_NAME_LENGTH } from '../../compile/vocabulary.js';
import type { EmittedEvent } from '../../model/audit-event.js';
import type { JsonObject } from '../../model/json.js';
import type { EmitPlan } from '../../model/plan.js';
import type { Site } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { type At, evaluate } from '../evaluation.js';
import { shortText, textOf } from '../values.js';
import { eventKeyOf, objectOf, plainText } from './wait-values.js';

/** What is sent is decided and recorded now; the shell sends it and tells the outcome, until which the step waits. */
export function enterEmit(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { event, message } = site.step.emit!;
  const at = { site, ...(metBy && { metBy }) };
  const what = event
    ? { event: eventOf(draft, event, at) }
    : { message: messageOf(objectOf(evaluate(draft, message!, at), 'message')) };
  draft.emit('emitRequested', { ...what, needs: metBy }, site.path);
}

function eventOf(draft: Draft, { name, key, instance, payload }: NonNullable<EmitPlan['event']>, at: At): EmittedEvent {
  return {
    name: shortText(evaluate(draft, name, at), 'event.name', EVENT_NAME_LENGTH),
    ...(key && { key: eventKeyOf(evaluate(draft, key, at), 'event.key') }),
    ...(instance && { instance: textOf(evaluate(draft, instance, at), 'event.instance') }),
    payload: payload ? evaluate(draft, payload, at) : null,
  };
}

function messageOf({ exchange, routingKey, headers, body }: JsonObject): JsonObject {
  return {
    exchange: brokerName(textOf(exchange ?? null, 'message.exchange'), 'message.exchange'),
    routingKey: brokerName(plainText(routingKey ?? '', 'message.routingKey'), 'message.routingKey'),
    headers: headersOf(objectOf(headers ?? {}, 'message.headers')),
    body: body ?? null,
  };
}

function headersOf(headers: JsonObject): JsonObject {
  for (const name of Object.keys(headers)) brokerName(name, 'message.headers');
  return headers;
}

/** AMQP has one byte for the length of a name: a longer one would break the channel of all. */
function brokerName(name: string, field: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes <= 255) return name;
  throw new TypeError(`expected \`${field}\` to have at most 255 bytes, but it has ${bytes}`);
}
