import type { AuditEvent, AuditEventOf } from '../model/audit-event.js';
import { startClock } from '../state/clocks.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import type { WaitState } from '../state/wait-state.js';
import { forgetEvent, keepEvent } from '../state/kept-events.js';
import type { Site } from '../state/site.js';
import { openStep } from './end-step.js';

/** @returns false when the event is none of a wait */
export function applyWaitEvent(state: InstanceState, site: Site, event: AuditEvent): boolean {
  switch (event.type) {
    case 'timerStarted': {
      const { dueAt, isAbsolute } = event.data;
      enter(state, site, { kind: 'timer', ...(isAbsolute && { isAbsolute }) }, { dueAt });
      startClock(state, 'timer', site.path, dueAt);
      return true;
    }
    case 'eventAwaited': {
      const { names, match, key, timeoutAt } = event.data;
      enter(state, site, { kind: 'event', names, match, ...(key !== undefined && { key }), taken: [] }, { timeoutAt });
      state.waits.set(site.path, names);
      startClock(state, 'timeout', site.path, timeoutAt);
      return true;
    }
    case 'eventTaken':
      return take(state, site, event);
    case 'askOpened': {
      const { name, assignees, timeoutAt } = event.data;
      enter(state, site, { kind: 'ask', name, ask: event.data, assignees: assignees ?? [] }, { timeoutAt });
      state.asks.set(site.path, [name]);
      startClock(state, 'timeout', site.path, timeoutAt);
      return true;
    }
    case 'askClaimed':
      return changeAsk(state, site, { claimedBy: event.data.by });
    case 'askReassigned':
      return changeAsk(state, site, { assignees: event.data.assignees, claimedBy: undefined });
    case 'emitRequested': {
      const { event: emitted, message } = event.data;
      enter(state, site, { kind: 'emit', ...(emitted && { event: emitted }), ...(message && { message }) }, { token: event.seq });
      return true;
    }
    default:
      return false;
  }
}

/** Of the instance: events nobody waits for. @returns false when the event is none of these */
export function applyKeptEvent(state: InstanceState, event: AuditEvent): boolean {
  switch (event.type) {
    case 'eventKept':
      keepEvent(state, event.data.event);
      return true;
    case 'eventDropped':
      forgetEvent(state, event.data.event.id);
      return true;
    case 'eventsUnused':
      return true; // they stay: a retry of the instance may still take them
    default:
      return false;
  }
}

function enter(state: InstanceState, site: Site, wait: WaitState, facts: Partial<StepState>): void {
  openStep(state, site);
  state.steps.set(site.path, { ...state.step(site.path), status: 'waiting', wait, ...facts });
}

function take(state: InstanceState, { path }: Site, { data }: AuditEventOf<'eventTaken'>): boolean {
  const own = state.step(path);
  if (own.wait?.kind !== 'event') throw new RangeError(`expected "${path}" to wait for an event`);
  forgetEvent(state, data.event.id);
  state.waits.deleteName(path, data.event.name);
  state.steps.set(path, { ...own, wait: { ...own.wait, taken: [...own.wait.taken, data.event] } });
  return true;
}

function changeAsk(
  state: InstanceState,
  { path }: Site,
  facts: { assignees?: string[]; claimedBy: string | undefined },
): boolean {
  const own = state.step(path);
  if (own.wait?.kind !== 'ask') throw new RangeError(`expected "${path}" to be an open ask`);
  state.steps.set(path, { ...own, wait: { ...own.wait, ...facts } });
  return true;
}
