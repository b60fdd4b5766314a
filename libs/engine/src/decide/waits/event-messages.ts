import type { ReceivedEvent } from '../../model/audit-event.js';
import type { Message, RejectionReason } from '../../model/message.js';
import { bytesOf } from '../../state/kept-events.js';
import type { Draft } from '../draft.js';
import { drop, isLate, offer } from './event-waits.js';

/** Kept events of one instance. */
const MAX_KEPT = 1_000;
const MAX_KEPT_BYTES = 1024 * 1024;

/**
 * An event feeds the oldest open wait it fits, and no other; what fits none is kept until one comes.
 * A payload that a wait refuses by its schema is dropped unless another wait takes it: it would never fit later either.
 * Events are told before clocks are looked at, so that one received at or before the due time of a wait wins against its time-out.
 */
export function decideEvent(draft: Draft, { event, path }: Extract<Message, { type: 'event' }>): RejectionReason | undefined {
  return path === undefined ? offerToAll(draft, event) : offerToOne(draft, path, event);
}

function offerToAll(draft: Draft, event: ReceivedEvent): RejectionReason | undefined {
  let refusedBy: string | undefined;
  for (const path of draft.state.waits.under(event.name)) {
    if (isLate(draft.state, draft.state.step(path), event)) continue;
    const verdict = offer(draft, path, event);
    if (verdict === 'taken') return undefined;
    if (verdict === 'schema') refusedBy ??= path;
  }
  if (refusedBy === undefined) return keep(draft, event);
  drop(draft, refusedBy, event, 'schema');
  return undefined;
}

/** Sent to one wait, by key or by hand. When that has ended meanwhile, the key keeps what came by key, for whoever asks for it next. */
function offerToOne(draft: Draft, path: string, event: ReceivedEvent): RejectionReason | undefined {
  const verdict = isLate(draft.state, draft.state.step(path), event) ? 'misfit' : offer(draft, path, event);
  if (verdict === 'misfit') return event.key === undefined ? keep(draft, event) : 'notOpen';
  if (verdict === 'failed') return event.key === undefined ? keep(draft, event) : undefined;
  if (verdict !== 'taken') drop(draft, path, event, verdict);
  return undefined;
}

function keep(draft: Draft, event: ReceivedEvent): RejectionReason | undefined {
  const { events, eventBytes } = draft.state;
  if (events.length >= MAX_KEPT || eventBytes + bytesOf(event) > MAX_KEPT_BYTES) return 'tooManyEvents';
  draft.emit('eventKept', { event });
  return undefined;
}

/** Kept events no wait has taken are named in the log before the instance ends. */
export function noteUnused(draft: Draft): void {
  const { events } = draft.state;
  if (events.length > 0) draft.emit('eventsUnused', { events: events.map(({ id, name }) => ({ id, name })) });
}
