import type { AuditEvent, AuditEventOf } from '../model/audit-event.js';
import type { Json } from '../model/json.js';
import { isEnded } from '../model/lifecycle.js';
import type { Plan } from '../model/plan.js';
import { startClock } from '../state/clocks.js';
import type { InstanceState } from '../state/instance-state.js';
import { resumeClocks } from '../state/pause.js';
import { reopenScope } from './reopen.js';

/** Applies what people did to the whole instance. @returns false when the event is of another kind */
export function applyAct(plan: Plan, state: InstanceState, event: AuditEvent): boolean {
  switch (event.type) {
    case 'instancePaused':
      state.pausedAt = event.at;
      state.isPausedWithDefinition = event.data.withDefinition === true;
      state.status = 'paused';
      return true;
    case 'instanceResumed':
      state.status = 'running';
      resumeClocks(state, event.data.pausedMs);
      return true;
    case 'instanceRetried':
      retry(plan, state, event);
      return true;
    default:
      return false;
  }
}

/** One step is due again at once, by hand. @returns false when the event is of another kind */
export function applyStepAct(state: InstanceState, event: AuditEvent): boolean {
  if (event.type !== 'stepRetried') return false;
  const path = event.path!;
  if (event.data.input !== undefined) editInput(state, path, event.data.input);
  state.steps.set(path, { ...state.step(path), dueAt: event.data.dueAt });
  startClock(state, 'retry', path, event.data.dueAt);
  return true;
}

function retry(plan: Plan, state: InstanceState, event: AuditEventOf<'instanceRetried'>): void {
  const { path, input, timeoutAt, isSkipped, gates } = event.data;
  const wasStopped = state.closing !== undefined;
  if (isEnded(state.status)) {
    state.status = 'running';
    state.endedAt = undefined;
    state.error = undefined;
    state.closing = undefined;
    state.isOverdue = false;
    state.timeoutAt = timeoutAt;
    state.gates = gates ?? [];
    startClock(state, 'instanceTimeout', '', timeoutAt);
  }
  state.ctxMemo = new Map(); // the old one may be shared with another fold
  if (path !== undefined && input !== undefined) editInput(state, path, input);
  reopenScope({ plan, state, at: event.at, focus: path, isSkipped, wasStopped }, plan.scope, '');
}

/** Another input is another piece of work for the systems behind the handler. */
function editInput(state: InstanceState, path: string, input: Json): void {
  const own = state.step(path);
  state.steps.set(path, { ...own, editedInput: input, reruns: (own.reruns ?? 0) + 1 });
}
