import type { AuditEvent } from '../model/audit-event.js';

/** What an instance made of an event it was given. */
export type EventOutcome = 'matched' | 'kept' | 'dropped';

/** @param events decided because of it */
export function eventOutcome(id: string, events: readonly AuditEvent[]): EventOutcome {
  let isKept = false;
  for (const event of events) {
    if (event.type === 'eventTaken' && event.data.event.id === id) return 'matched';
    if (event.type === 'eventKept' && event.data.event.id === id) isKept = true;
  }
  return isKept ? 'kept' : 'dropped';
}
