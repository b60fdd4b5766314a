import type { AuditEvent } from '../model/audit-event.js';
import type { Plan } from '../model/plan.js';
import { addClock } from '../state/clock-heap.js';
import type { InstanceState } from '../state/instance-state.js';
import { newState } from '../state/instance-state.js';
import type { InstanceId } from '../model/instance-id.js';
import { applyStepEvent } from './apply-step.js';
import { pushIfDecided } from './end-step.js';

/**
 * Advances `state` by one audit event, in place, and returns it. Total and deterministic: the audit log is the source of truth,
 * this is its only meaning. The caller owns the state; whoever only looks ahead hands in a fork.
 * @throws RangeError when the event does not follow `state.seq`: a bug of ours or a damaged log, never user input
 */
export function apply(plan: Plan, state: InstanceState, event: AuditEvent): InstanceState {
  if (event.seq !== state.seq + 1) throw new RangeError(`expected event ${state.seq + 1} of ${state.id}, but was ${event.seq}`);
  state.seq = event.seq;
  state.generation = event.generation;
  if (event.path === undefined) applyInstanceEvent(plan, state, event);
  else applyStepEvent(plan, state, event, event.path);
  settleStatus(state);
  return state;
}

/** State from nothing but the audit log. */
export function replay(plan: Plan, id: InstanceId, events: Iterable<AuditEvent>): InstanceState {
  const state = newState(id);
  for (const event of events) apply(plan, state, event);
  return state;
}

function applyInstanceEvent(plan: Plan, state: InstanceState, event: AuditEvent): void {
  switch (event.type) {
    case 'instanceStarted': {
      const { definition, version, checksum, input, key, summary, tags, timeoutAt, queue, priority } = event.data;
      Object.assign(state, {
        definition,
        version,
        checksum,
        input,
        key,
        summary,
        queue,
        priority,
        timeoutAt,
        startedAt: event.at,
        status: 'running',
      });
      state.tags = tags ?? {};
      if (timeoutAt !== undefined) state.clocks = addClock(state.clocks, { dueAt: timeoutAt, kind: 'instanceTimeout', path: '' });
      for (const step of plan.scope.steps) if (step.needs.length === 0) pushIfDecided(state, step);
      return;
    }
    case 'stepsDispatched': {
      const { paths, incarnation, delivery } = event.data;
      for (const path of paths) state.steps.set(path, { ...state.step(path), incarnation, delivery: delivery ?? 1 });
      return;
    }
    case 'instanceClosing':
      state.closing = event.data;
      state.status = 'cancelling';
      return;
    case 'instanceOverdue':
      state.isOverdue = true;
      return;
    case 'instanceCompleted':
      state.output = event.data.output;
      return end(state, 'completed', event.at);
    case 'instanceFailed':
      state.error = event.data.error;
      return end(state, 'failed', event.at);
    case 'instanceTimedOut':
      state.error = event.data.error;
      return end(state, 'timed_out', event.at);
    case 'instanceCancelled':
      return end(state, 'cancelled', event.at);
    default:
      throw new RangeError(`expected a path on ${event.type} of ${state.id}`);
  }
}

function end(state: InstanceState, status: InstanceState['status'], at: number): void {
  state.status = status;
  state.endedAt = at;
}

/** `waiting`: nothing is runnable, only clocks can move it. Derived, so that no event is spent on it. */
function settleStatus(state: InstanceState): void {
  if (state.status !== 'running' && state.status !== 'waiting') return;
  const isWaiting = state.activeSteps === 0 && state.ready.size === 0 && state.open.size > 0;
  state.status = isWaiting ? 'waiting' : 'running';
}
