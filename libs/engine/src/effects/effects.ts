import type { AuditEvent, EmittedEvent } from '../model/audit-event.js';
import type { JsonObject } from '../model/json.js';
import type { WorkerRef } from '../placement/placement.js';
import type { InstanceState } from '../state/instance-state.js';
import { isLifecycle, type LifecycleEvent } from './lifecycle.js';

/** What must be sent because of audit events; nothing else causes a message. */
export type Effect =
  | {
      readonly kind: 'command';
      readonly path: string;
      readonly token: number;
      readonly queue: string;
      readonly task: string;
      readonly delivery: number;
      /** Present: it goes to this worker's own queue. */
      readonly worker?: WorkerRef;
    }
  | { readonly kind: 'abort'; readonly path: string; readonly token: number; readonly reason: 'cancelled' | 'timeout' }
  | {
      readonly kind: 'emit';
      readonly path: string;
      readonly token: number;
      readonly event?: EmittedEvent;
      readonly message?: JsonObject;
    }
  | { readonly kind: 'lifecycle'; readonly event: LifecycleEvent };

/**
 * Effects of events already folded into `state`; commands only of attempts that are still open, so that sending late sends nothing stale.
 */
export function effects(state: InstanceState, events: readonly AuditEvent[]): Effect[] {
  const found: Effect[] = [];
  for (const event of events) {
    if (isLifecycle(event)) found.push({ kind: 'lifecycle', event });
    switch (event.type) {
      case 'stepScheduled':
        if (event.data.incarnation !== undefined) pushCommand(found, state, event.path!, event.seq);
        break;
      case 'stepsDispatched':
        event.data.paths.forEach((path, index) => pushCommand(found, state, path, event.data.tokens[index]!));
        break;
      case 'emitRequested':
        pushEmit(found, state, event.path!, event.seq);
        break;
      case 'stepCancelling':
        if (state.step(event.path!).wait === undefined)
          found.push({ kind: 'abort', path: event.path!, token: event.data.token, reason: event.data.abort });
        break;
      case 'stepFailed':
      case 'stepSkipped':
        if (event.data.abort && event.data.token !== undefined && state.step(event.path!).wait === undefined)
          found.push({ kind: 'abort', path: event.path!, token: event.data.token, reason: event.data.abort });
        break;
      default:
        break;
    }
  }
  return found;
}

/** What the open `emit` steps ask for: what a new owner sends again. */
export function openEmits(state: InstanceState): Effect[] {
  const found: Effect[] = [];
  for (const path of state.open.keys()) {
    const { token, wait } = state.step(path);
    if (wait?.kind === 'emit') pushEmit(found, state, path, token!);
  }
  return found;
}

function pushEmit(found: Effect[], state: InstanceState, path: string, token: number): void {
  const own = state.step(path);
  if (own.wait?.kind !== 'emit' || own.token !== token) return;
  const { event, message } = own.wait;
  found.push({ kind: 'emit', path, token, ...(event && { event }), ...(message && { message }) });
}

function pushCommand(found: Effect[], state: InstanceState, path: string, token: number): void {
  const own = state.step(path);
  if (own.token !== token || (own.status !== 'scheduled' && own.status !== 'running') || own.claimant !== undefined) return;
  const { queue = '', task = '', delivery = 1, worker } = own;
  found.push({ kind: 'command', path, token, queue, task, delivery, ...(worker && { worker }) });
}
