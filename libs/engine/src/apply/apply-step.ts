import type { AuditEvent, AuditEventOf, PartCounts } from '../model/audit-event.js';
import { INJECTED_FAILURE } from '../model/failure.js';
import type { Plan } from '../model/plan.js';
import { startClock } from '../state/clocks.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import { type Site, siteAt, UNDO_ID } from '../state/site.js';
import { absorbRest, endStep, openStep } from './end-step.js';
import { applyStepAct } from './apply-acts.js';
import { applyBlockEvent } from './apply-block.js';
import { applyChildEvent } from './apply-child.js';
import { applyLockEvent } from './apply-lock.js';
import { applyUndoEvent, beginUndo, rememberUndo } from './apply-undo.js';
import { applyWaitEvent } from './apply-wait.js';
import { forgetScopes } from './scope-end.js';
import { unknownTo } from './unknown-event.js';

/** Applies an event that carries the path of a step. */
export function applyStepEvent(plan: Plan, state: InstanceState, event: AuditEvent, path: string): void {
  const site = siteAt(plan, path);
  if (site === undefined) throw new RangeError(`expected a step of ${plan.name}@${plan.version}, but was "${path}"`);
  const before = state.step(path);
  if (before.status === 'pending') leavePending(state, site, event);
  if (isActive(before)) state.activeSteps -= 1;
  change(plan, state, site, event);
  if (isActive(state.step(path))) state.activeSteps += 1;
}

/** On its way to a worker, or with one. */
const isActive = ({ status, token, block }: StepState): boolean =>
  token !== undefined && block === undefined && (status === 'scheduled' || status === 'running');

/** A step that starts (or is decided against) closes its join; one whose `when` says no has met it all the same. */
function leavePending(state: InstanceState, site: Site, event: AuditEvent): void {
  const metBy = 'needs' in event.data ? (event.data.needs as string[] | undefined) : undefined;
  const own: StepState = { ...state.step(site.path), startSeq: event.seq };
  state.steps.set(site.path, metBy ? { ...own, metBy } : own);
  absorbRest(state, site, metBy); // only a join that was met names its needs
}

function change(plan: Plan, state: InstanceState, site: Site, event: AuditEvent): void {
  const own = state.step(site.path);
  switch (event.type) {
    case 'stepScheduled':
      return schedule(plan, state, site, own, event);
    case 'stepBegun':
      state.steps.set(site.path, { ...own, status: 'running' });
      return;
    case 'stepClaimed':
      state.steps.set(site.path, { ...own, status: 'running', claimant: event.data.claimant });
      return;
    case 'stepProgressed':
      state.steps.set(site.path, { ...own, progress: event.data.details });
      return;
    case 'stepCompleted':
      return complete(plan, state, site, own, event);
    case 'stepRetryScheduled':
      return retryLater(state, site, own, event);
    case 'stepFailed':
      return endStep(plan, state, site, { ...own, status: 'failed', error: event.data.failure, ...countsOf(event) });
    case 'stepSkipped':
      return endStep(plan, state, site, {
        ...own,
        status: 'skipped',
        ...(event.data.output !== undefined && { output: event.data.output }),
      });
    case 'stepBlocked':
      return endStep(plan, state, site, { ...own, status: 'blocked' });
    case 'stepCancelling':
      state.steps.set(site.path, { ...own, status: 'cancelling', graceUntil: event.data.graceUntil });
      return startClock(state, 'grace', site.path, event.data.graceUntil);
    case 'stepCancelled':
      rememberUndo(state, site.path, event.seq, event.data.undo);
      return endStep(plan, state, site, { ...own, status: 'cancelled' });
    default:
      if (applyBlockEvent(plan, state, site, event) || applyWaitEvent(state, site, event)) return;
      if (applyChildEvent(state, site, event)) return;
      if (applyLockEvent(plan, state, site, event) || applyUndoEvent(plan, state, site, event)) return;
      if (applyStepAct(state, event)) return;
      throw new RangeError(unknownTo(state, event));
  }
}

function complete(plan: Plan, state: InstanceState, site: Site, own: StepState, event: AuditEventOf<'stepCompleted'>): void {
  if (event.data.tags) state.tags = { ...state.tags, ...event.data.tags };
  rememberUndo(state, site.path, event.seq, event.data.undo);
  const ended: StepState = { ...own, status: 'completed', output: event.data.output, error: undefined };
  if (own.block === undefined) return endStep(plan, state, site, event.data.counts ? { ...ended, ...countsOf(event) } : ended);
  forgetScopes(plan, state, site, own.block);
  const { items: _items, carry: _carry, ...block } = own.block;
  endStep(plan, state, site, { ...ended, ...countsOf(event), block });
}

const countsOf = ({ data }: { data: { counts?: PartCounts } }): { counts?: PartCounts } =>
  data.counts ? { counts: data.counts } : {};

function retryLater(state: InstanceState, site: Site, own: StepState, event: AuditEventOf<'stepRetryScheduled'>): void {
  const { failure, dueAt } = event.data;
  const lost = event.data.lost === true;
  const { wait, ...kept } = own;
  state.steps.set(site.path, {
    ...kept,
    ...(wait?.kind === 'child' && { wait }), // the next child is asked for alike
    status: 'retrying',
    error: failure,
    dueAt,
    token: undefined,
    lostAttempts: own.lostAttempts + (lost ? 1 : 0),
    lostInARow: !lost ? 0 : own.lostInARow + (failure.code === INJECTED_FAILURE ? 0 : 1), // chaos mode crashes no worker by it
  });
  startClock(state, 'retry', site.path, dueAt);
}

function schedule(plan: Plan, state: InstanceState, site: Site, own: StepState, event: AuditEventOf<'stepScheduled'>): void {
  const { task, queue, priority, input, incarnation, queueTimeoutAt, totalTimeoutAt, timeoutMs, heartbeatMs, placement } =
    event.data;
  const isUndo = site.step.id === UNDO_ID;
  if (isUndo && !state.open.get(site.path)) beginUndo(plan, state, site.path);
  openStep(state, site);
  state.steps.set(site.path, {
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
    placement,
    worker: undefined,
    dueAt: undefined,
    queueTimeoutAt,
    queueTimeoutMs: queueTimeoutAt === undefined ? undefined : queueTimeoutAt - event.at,
    totalTimeoutAt,
    timeoutMs,
    heartbeatMs,
  });
  startClock(state, 'queueTimeout', site.path, queueTimeoutAt);
  if (own.totalTimeoutAt !== totalTimeoutAt) startClock(state, 'totalTimeout', site.path, totalTimeoutAt);
}
