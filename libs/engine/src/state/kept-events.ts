import type { ReceivedEvent } from '../model/audit-event.js';
import type { InstanceState } from './instance-state.js';

/** What an event counts for against the bound of what an instance keeps. */
export const bytesOf = (event: ReceivedEvent): number => Buffer.byteLength(JSON.stringify(event));

export function keepEvent(state: InstanceState, event: ReceivedEvent): void {
  state.events = [...state.events, event];
  state.eventBytes += bytesOf(event);
}

/** It was taken or dropped; most events never were kept. */
export function forgetEvent(state: InstanceState, id: string): void {
  const kept = state.events.find((event) => event.id === id);
  if (kept === undefined) return;
  state.events = state.events.filter((event) => event !== kept);
  state.eventBytes -= bytesOf(kept);
}
