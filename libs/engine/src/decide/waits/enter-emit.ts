import type { EmittedEvent } from '../../model/audit-event.js';
import type { JsonObject } from '../../model/json.js';
import type { EmitPlan } from '../../model/plan.js';
import type { Site } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { type At, evaluate } from '../evaluation.js';
import { textOf } from '../values.js';
import { keyOf, objectOf, plainText } from './wait-values.js';

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
    name: textOf(evaluate(draft, name, at), 'event.name'),
    ...(key && { key: keyOf(evaluate(draft, key, at), 'event.key') }),
    ...(instance && { instance: textOf(evaluate(draft, instance, at), 'event.instance') }),
    payload: payload ? evaluate(draft, payload, at) : null,
  };
}

function messageOf({ exchange, routingKey, headers, body }: JsonObject): JsonObject {
  return {
    exchange: textOf(exchange ?? null, 'message.exchange'),
    routingKey: plainText(routingKey ?? '', 'message.routingKey'),
    headers: objectOf(headers ?? {}, 'message.headers'),
    body: body ?? null,
  };
}
