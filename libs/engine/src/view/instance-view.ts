/**
 * What people see of an instance, folded from its audit events: the same function serves REST, CLI and console.
 * Free of imports at run time, so that a browser can use it as it is.
 */
import type { AuditEvent } from '../model/audit-event.js';
import type { Failure, InstanceError } from '../model/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { InstanceStatus, StepStatus } from '../model/lifecycle.js';

export interface AttemptView {
  readonly attempt: number;
  /** Seq of the event that scheduled it. */
  readonly token: number;
  readonly status: 'scheduled' | 'running' | 'completed' | 'failed' | 'cancelled';
  readonly worker?: string;
  readonly scheduledAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly error?: Failure;
}

export interface StepView {
  readonly path: string;
  readonly status: StepStatus;
  /** 0 while never scheduled. */
  readonly attempt: number;
  readonly task?: string;
  readonly queue?: string;
  /** Absent with `inputIsCtx`: the step received the instance's context. */
  readonly input?: Json;
  readonly inputIsCtx?: boolean;
  readonly output?: Json;
  readonly error?: Failure;
  readonly worker?: string;
  readonly scheduledAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Next attempt, while `retrying`. */
  readonly dueAt?: number;
  /** In the backlog of its queue, not yet sent to the broker. */
  readonly isQueued?: boolean;
  readonly claimant?: string;
  readonly attempts: readonly AttemptView[];
}

export interface InstanceView {
  readonly seq: number;
  readonly generation: number;
  readonly status: InstanceStatus;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly timeoutAt?: number;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: InstanceError;
  readonly tags?: JsonObject;
  readonly reason?: string;
  /** By path; steps that were never touched are absent. */
  readonly steps: ReadonlyMap<string, StepView>;
}

export const emptyInstanceView: InstanceView = { seq: 0, generation: 1, status: 'pending', steps: new Map() };

/** Events at or before `view.seq` are ignored, so that repeats and overlaps do no harm. Copies once a call, not once an event. */
export function foldInstanceView(view: InstanceView, events: readonly AuditEvent[]): InstanceView {
  const fresh = events.filter((event) => event.seq > view.seq);
  if (fresh.length === 0) return view;
  const steps = new Map(view.steps);
  let next: InstanceView = { ...view, steps };
  for (const event of fresh) next = { ...foldOne(next, steps, event), seq: event.seq, generation: event.generation };
  return { ...next, status: settledStatus(next) };
}

function foldOne(view: InstanceView, steps: Map<string, StepView>, event: AuditEvent): InstanceView {
  const { at } = event;
  switch (event.type) {
    case 'instanceStarted': {
      const { input, tags, timeoutAt } = event.data;
      return { ...view, status: 'running', startedAt: at, input, ...(tags && { tags }), ...(timeoutAt && { timeoutAt }) };
    }
    case 'instanceClosing':
      return { ...view, status: 'cancelling', ...(event.data.reason !== undefined && { reason: event.data.reason }) };
    case 'instanceCompleted':
      return { ...view, status: 'completed', endedAt: at, output: event.data.output };
    case 'instanceFailed':
      return { ...view, status: 'failed', endedAt: at, error: event.data.error };
    case 'instanceTimedOut':
      return { ...view, status: 'timed_out', endedAt: at, error: event.data.error };
    case 'instanceCancelled':
      return { ...view, status: 'cancelled', endedAt: at, ...(event.data.reason !== undefined && { reason: event.data.reason }) };
    case 'instanceOverdue':
      return view;
    case 'stepsDispatched':
      for (const path of event.data.paths) change(steps, path, { isQueued: false });
      return view;
    case 'stepCompleted':
      foldStep(steps, event);
      return event.data.tags ? { ...view, tags: { ...view.tags, ...event.data.tags } } : view;
    default:
      foldStep(steps, event);
      return view;
  }
}

function foldStep(steps: Map<string, StepView>, event: AuditEvent): void {
  const path = event.path ?? '';
  const { at } = event;
  switch (event.type) {
    case 'stepScheduled': {
      const attempt = event.attempt ?? 1;
      const { task, queue, input, incarnation } = event.data;
      const before = steps.get(path);
      change(steps, path, {
        status: 'scheduled',
        attempt,
        task,
        queue,
        ...(input === undefined ? { inputIsCtx: true } : { input }),
        isQueued: incarnation === undefined,
        scheduledAt: at,
        startedAt: undefined,
        endedAt: undefined,
        dueAt: undefined,
        worker: undefined,
        claimant: undefined,
        attempts: [...(before?.attempts ?? []), { attempt, token: event.seq, status: 'scheduled', scheduledAt: at }],
      });
      return;
    }
    case 'stepBegun':
      change(steps, path, { status: 'running', worker: event.data.worker });
      lastAttempt(steps, path, { status: 'running', worker: event.data.worker });
      return;
    case 'stepClaimed':
      change(steps, path, { status: 'running', claimant: event.data.claimant, worker: event.data.claimant, startedAt: at });
      lastAttempt(steps, path, { status: 'running', worker: event.data.claimant, startedAt: at });
      return;
    case 'stepCompleted': {
      const { output, worker, startedAt } = event.data;
      const ran = { ...(worker !== undefined && { worker }), ...(startedAt !== undefined && { startedAt }) };
      change(steps, path, { status: 'completed', output, endedAt: at, error: undefined, ...ran });
      lastAttempt(steps, path, { status: 'completed', endedAt: at, ...ran });
      return;
    }
    case 'stepRetryScheduled': {
      const { failure, dueAt, worker, startedAt } = event.data;
      const ran = { ...(worker !== undefined && { worker }), ...(startedAt !== undefined && { startedAt }) };
      change(steps, path, { status: 'retrying', error: failure, dueAt, ...ran });
      lastAttempt(steps, path, { status: 'failed', endedAt: at, error: failure, ...ran });
      return;
    }
    case 'stepFailed': {
      const { failure, worker, startedAt } = event.data;
      const ran = { ...(worker !== undefined && { worker }), ...(startedAt !== undefined && { startedAt }) };
      change(steps, path, { status: 'failed', error: failure, endedAt: at, ...ran });
      lastAttempt(steps, path, { status: 'failed', endedAt: at, error: failure, ...ran });
      return;
    }
    case 'stepSkipped':
      change(steps, path, { status: 'skipped', endedAt: at });
      return;
    case 'stepBlocked':
      change(steps, path, { status: 'blocked', endedAt: at });
      return;
    case 'stepCancelling':
      change(steps, path, { status: 'cancelling' });
      return;
    case 'stepCancelled':
      change(steps, path, { status: 'cancelled', endedAt: at, dueAt: undefined });
      lastAttempt(steps, path, { status: 'cancelled', endedAt: at });
      return;
    default:
      return;
  }
}

function change(steps: Map<string, StepView>, path: string, facts: Partial<StepView>): void {
  const before = steps.get(path) ?? { path, status: 'pending', attempt: 0, attempts: [] };
  steps.set(path, { ...before, ...facts });
}

/** Only an attempt that is open changes: a failed one keeps its story when the step is cancelled in backoff. */
function lastAttempt(steps: Map<string, StepView>, path: string, facts: Partial<AttemptView>): void {
  const step = steps.get(path);
  const last = step?.attempts.at(-1);
  if (!step || !last || last.endedAt !== undefined) return;
  steps.set(path, { ...step, attempts: [...step.attempts.slice(0, -1), { ...last, ...facts }] });
}

/** `waiting` = nothing is runnable; only a clock can move it. */
function settledStatus(view: InstanceView): InstanceStatus {
  if (view.status !== 'running' && view.status !== 'waiting') return view.status;
  let isRetrying = false;
  for (const step of view.steps.values()) {
    if (step.status === 'scheduled' || step.status === 'running') return 'running';
    if (step.status === 'retrying') isRetrying = true;
  }
  return isRetrying ? 'waiting' : 'running';
}
