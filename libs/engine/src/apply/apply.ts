import type { AuditEvent, AuditEventOf } from '../model/audit-event.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import { newState } from '../state/instance-state.js';
import type { InstanceId } from '../model/instance-id.js';
import { applyStepEvent } from './apply-step.js';
import { unknownTo } from './unknown-event.js';
import { startClock } from '../state/clocks.js';
import { freshScope } from '../state/scopes.js';
import { siteIn } from '../state/site.js';
import { applyAct } from './apply-acts.js';
import { applyScopeStopped } from './apply-block.js';
import { applyLimitEvent } from './apply-limit.js';
import { applyInstanceCompensating } from './apply-undo.js';
import { applyKeptEvent } from './apply-wait.js';
import { endStep } from './end-step.js';
import { resumeClocks } from '../state/pause.js';
import { pushIfDecided, trimReady } from './ready.js';
import { OverlayMap } from '../state/overlay-map.js';
import { WaitIndex } from '../state/wait-index.js';
import { emptyReady } from '../state/ready-queue.js';
import type { JsonObject } from '../model/json.js';

/**
 * Advances `state` by one audit event, in place, and returns it. Total and deterministic: the audit log is the source of truth,
 * this is its only meaning. The caller owns the state; whoever only looks ahead hands in a fork.
 * @throws RangeError when the event does not follow `state.seq`: a bug of ours or a damaged log, never user input
 */
export function apply(plan: Plan, state: InstanceState, event: AuditEvent): InstanceState {
  if (event.seq !== state.seq + 1) throw new RangeError(`expected event ${state.seq + 1} of ${state.id}, but was ${event.seq}`);
  state.seq = event.seq;
  if (event.generation !== state.generation) state.generationFrom = event.seq;
  state.generation = event.generation;
  if (event.path === undefined) applyInstanceEvent(plan, state, event);
  else if (event.type === 'scopeStopped') applyScopeStopped(plan, state, event);
  else applyStepEvent(plan, state, event, event.path);
  trimReady(plan, state);
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
      const { definition, version, checksum, input, key, summary, queue, priority, parent } = event.data;
      Object.assign(state, { definition, version, checksum, input, key, summary, queue, priority, parent });
      state.gates = event.data.gates ?? [];
      open(plan, state, event);
      restore(plan, state, event);
      return;
    }
    case 'instanceStartedAgain':
      forgetGeneration(state);
      state.input = event.data.input;
      if (event.data.summary !== undefined) state.summary = event.data.summary;
      open(plan, state, event);
      return;
    case 'stepsDispatched': {
      const { paths, incarnation, delivery, worker } = event.data;
      for (const path of paths) state.steps.set(path, { ...state.step(path), incarnation, delivery: delivery ?? 1, worker });
      return;
    }
    case 'instanceClosing':
      if (state.pausedAt !== undefined) resumeClocks(state, event.at - state.pausedAt);
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
    case 'instanceCompensating':
      return applyInstanceCompensating(plan, state, event.data);
    case 'instanceCompensated':
      state.error = event.data.error;
      return end(state, 'compensated', event.at);
    case 'instanceCompensationFailed':
      state.error = event.data.error;
      return end(state, 'compensation_failed', event.at);
    default:
      if (applyKeptEvent(state, event) || applyLimitEvent(state, event) || applyAct(plan, state, event)) return;
      throw new RangeError(unknownTo(state, event));
  }
}

/** The document's list begins. */
function open(
  plan: Plan,
  state: InstanceState,
  { at, data }: { at: number; data: { tags?: JsonObject; timeoutAt?: number } },
): void {
  state.status = 'running';
  state.startedAt = at;
  state.timeoutAt = data.timeoutAt;
  state.timeoutMs = data.timeoutAt === undefined ? undefined : data.timeoutAt - at;
  state.tags = data.tags ?? {};
  startClock(state, 'instanceTimeout', '', data.timeoutAt);
  state.scopes.set('', freshScope);
  for (const step of plan.scope.steps) if (step.needs.length === 0) pushIfDecided(state, siteIn(plan.scope, '', step));
}

/** Steps whose outputs come from the instance this one was restarted from count as completed, and can be undone as there. */
function restore(plan: Plan, state: InstanceState, { data }: AuditEventOf<'instanceStarted'>): void {
  const { outputs = {}, undo = [] } = data.restartOf ?? {};
  undo.forEach(({ path, plan: how }, index) => state.undo.set(path, { plan: how, seq: index - undo.length })); // older than all to come
  for (const [id, output] of Object.entries(outputs)) {
    const site = siteIn(plan.scope, '', plan.scope.byId.get(id)!);
    endStep(plan, state, site, { ...state.step(id), status: 'completed', output });
  }
}

/** `again`: nothing of the former generation stays, but events nobody has taken and who started it. */
function forgetGeneration(state: InstanceState): void {
  state.steps = new OverlayMap();
  state.open = new OverlayMap();
  state.scopes = new OverlayMap();
  state.waits = new WaitIndex();
  state.asks = new WaitIndex();
  state.ctxMemo = new Map(); // the old one may be shared with another fold
  state.ready = emptyReady;
  state.clocks = undefined;
  state.undo = new OverlayMap();
  state.closing = undefined;
  state.isOverdue = false;
  state.activeSteps = 0;
  state.rounds += 1;
}

function end(state: InstanceState, status: InstanceState['status'], at: number): void {
  state.status = status;
  state.endedAt = at;
  state.asked = undefined;
  state.slot = undefined;
}

/** `waiting`: nothing is runnable, only clocks can move it. Derived, so that no event is spent on it. */
function settleStatus(state: InstanceState): void {
  if (state.status !== 'running' && state.status !== 'waiting') return;
  const isAtRest = state.activeSteps === 0 && state.ready.size === 0 && state.open.size > 0;
  state.status = isAtRest || state.asked !== undefined ? 'waiting' : 'running';
}
