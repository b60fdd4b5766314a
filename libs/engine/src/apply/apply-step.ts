import type { AuditEvent, AuditEventOf } from '../model/audit-event.js';
import type { Plan, PlanStep } from '../model/plan.js';
import { addClock, type ClockKind } from '../state/clock-heap.js';
import type { InstanceState, StepState } from '../state/instance-state.js';
import { peekReady, shiftReady } from '../state/ready-queue.js';
import { absorbRest, endStep } from './end-step.js';

/** Applies an event that carries a path. */
export function applyStepEvent(plan: Plan, state: InstanceState, event: AuditEvent, path: string): void {
  const step = plan.scope.byId.get(path);
  if (step === undefined) throw new RangeError(`expected a step of ${plan.name}@${plan.version}, but was "${path}"`);
  const own = state.step(path);
  if (own.status === 'pending') leavePending(plan, state, step, event);
  if (own.status === 'scheduled' || own.status === 'running') state.activeSteps -= 1;
  change(plan, state, step, event);
  dropDecided(state);
  const after = state.step(path).status;
  if (after === 'scheduled' || after === 'running') state.activeSteps += 1;
}

/** Steps leave the ready queue when they are decided upon, also those that were cancelled while they queued. */
function dropDecided(state: InstanceState): void {
  for (let path = peekReady(state.ready); path !== undefined; path = peekReady(state.ready)) {
    if (state.step(path).status === 'pending') return;
    state.ready = shiftReady(state.ready);
  }
}

/** A step that starts (or is decided against) closes its join. */
function leavePending(plan: Plan, state: InstanceState, step: PlanStep, event: AuditEvent): void {
  const metBy = 'needs' in event.data ? (event.data.needs as string[] | undefined) : undefined;
  const isStart = event.type === 'stepScheduled' || event.type === 'stepCompleted' || event.type === 'stepFailed';
  state.steps.set(step.id, { ...state.step(step.id), startSeq: event.seq, ...(metBy && { metBy }) });
  if (isStart) absorbRest(plan, state, step, metBy);
}

function change(plan: Plan, state: InstanceState, step: PlanStep, event: AuditEvent): void {
  const own = state.step(step.id);
  switch (event.type) {
    case 'stepScheduled':
      return schedule(state, step.id, own, event);
    case 'stepBegun':
      state.steps.set(step.id, { ...own, status: 'running' });
      return;
    case 'stepClaimed':
      state.steps.set(step.id, { ...own, status: 'running', claimant: event.data.claimant });
      return;
    case 'stepCompleted':
      if (event.data.tags) state.tags = { ...state.tags, ...event.data.tags };
      return endStep(plan, state, step, { ...own, status: 'completed', output: event.data.output, error: undefined });
    case 'stepRetryScheduled': {
      const lost = event.data.lost === true;
      const { failure, dueAt } = event.data;
      state.steps.set(step.id, {
        ...own,
        status: 'retrying',
        error: failure,
        dueAt,
        token: undefined,
        lostAttempts: own.lostAttempts + (lost ? 1 : 0),
        lostInARow: lost ? own.lostInARow + 1 : 0,
      });
      return startClock(state, 'retry', step.id, dueAt);
    }
    case 'stepFailed':
      return endStep(plan, state, step, { ...own, status: 'failed', error: event.data.failure });
    case 'stepSkipped':
      return endStep(plan, state, step, { ...own, status: 'skipped' });
    case 'stepBlocked':
      return endStep(plan, state, step, { ...own, status: 'blocked' });
    case 'stepCancelling':
      state.steps.set(step.id, { ...own, status: 'cancelling', graceUntil: event.data.graceUntil });
      return startClock(state, 'grace', step.id, event.data.graceUntil);
    case 'stepCancelled':
      return endStep(plan, state, step, { ...own, status: 'cancelled' });
    default:
      throw new RangeError(`expected no path on ${event.type}`);
  }
}

function schedule(state: InstanceState, path: string, own: StepState, event: AuditEventOf<'stepScheduled'>): void {
  const { task, queue, priority, input, incarnation, queueTimeoutAt, totalTimeoutAt } = event.data;
  state.steps.set(path, {
    ...own,
    status: 'scheduled',
    attempt: event.attempt ?? 1,
    token: event.seq,
    scheduledAt: event.at,
    firstScheduledAt: own.firstScheduledAt ?? event.at,
    task,
    queue,
    priority,
    input,
    incarnation,
    delivery: incarnation === undefined ? undefined : 1,
    claimant: undefined,
    dueAt: undefined,
    queueTimeoutAt,
    totalTimeoutAt,
  });
  if (own.status === 'pending') state.open.set(path, true);
  startClock(state, 'queueTimeout', path, queueTimeoutAt);
  if (own.totalTimeoutAt !== totalTimeoutAt) startClock(state, 'totalTimeout', path, totalTimeoutAt);
}

function startClock(state: InstanceState, kind: ClockKind, path: string, dueAt: number | undefined): void {
  if (dueAt !== undefined) state.clocks = addClock(state.clocks, { dueAt, kind, path });
}
