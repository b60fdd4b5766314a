/**
 * What people see of an instance, folded from its audit events: the same function serves REST, CLI and console.
 * Imports nothing but this folder at run time, so that a browser can use it as it is.
 */
import type { AuditEvent } from '../model/audit-event.js';
import type { InstanceStatus } from '../model/lifecycle.js';
import { isOpen, StepTable } from './step-table.js';
import type { AttemptView, InstanceView } from './view-types.js';
import { byHand, takeWaitOrBlock } from './wait-or-block.js';

export type * from './view-types.js';

export const emptyInstanceView: InstanceView = {
  seq: 0,
  generation: 1,
  status: 'pending',
  rounds: 0,
  keptEvents: new Set(),
  steps: new Map(),
  scopes: new Map(),
  openSteps: 0,
  activeSteps: 0,
};

/** Events at or before `view.seq` are ignored, so that repeats and overlaps do no harm. Copies once a call, not once an event. */
export function foldInstanceView(view: InstanceView, events: readonly AuditEvent[]): InstanceView {
  return events.some(({ seq }) => seq > view.seq) ? new ViewFold(view).takeAll(events).result() : view;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type EventOf<T extends AuditEvent['type']> = Extract<AuditEvent, { type: T }>;

/** A fold in several calls: a long log is read page by page, and what has grown is copied once, not once a page. */
export class ViewFold {
  private readonly view: Mutable<InstanceView>;
  private readonly table: StepTable;
  private readonly kept: Set<string>;

  constructor(view: InstanceView) {
    this.view = { ...view };
    this.table = new StepTable(view);
    this.kept = new Set(view.keptEvents);
  }

  get seq(): number {
    return this.view.seq;
  }

  takeAll(events: readonly AuditEvent[]): this {
    for (const event of events) if (event.seq > this.view.seq) this.take(event);
    return this;
  }

  /** The view is the fold's own: nothing is taken after it. */
  result(): InstanceView {
    const { steps, scopes, open, active } = this.table;
    const facts = { steps, scopes, openSteps: open, activeSteps: active, keptEvents: this.kept };
    return { ...this.view, status: this.settledStatus(), ...facts };
  }

  private take(event: AuditEvent): void {
    this.view.seq = event.seq;
    this.view.generation = event.generation;
    if (event.path === undefined) this.takeInstance(event);
    else this.takeStep(event, event.path);
  }

  private takeInstance(event: AuditEvent): void {
    const { view } = this;
    switch (event.type) {
      case 'instanceStarted': {
        const { input, tags, timeoutAt, restartOf } = event.data;
        Object.assign(view, { status: 'running', startedAt: event.at, input, tags, timeoutAt });
        for (const [path, output] of Object.entries(restartOf?.outputs ?? {}))
          this.table.set(path, { status: 'completed', output, endedAt: event.at });
        return;
      }
      case 'instanceClosing':
        Object.assign(view, { status: 'cancelling', closingAs: event.data.as, by: event.data.by ?? view.by });
        view.reason = event.data.reason ?? view.reason;
        return;
      case 'instanceOverdue':
        view.isOverdue = true;
        return;
      case 'instancePaused':
        Object.assign(view, { status: 'paused', pausedAt: event.at, by: event.data.by, reason: event.data.reason });
        return;
      case 'instanceResumed':
        Object.assign(view, { status: 'running', pausedAt: undefined, by: event.data.by, reason: event.data.reason });
        return this.shiftClocks(event.data.pausedMs);
      case 'limitRequested': {
        const { kind, key, limit, windowMs } = event.data;
        view.limit = { kind, key, limit, ...(windowMs !== undefined && { windowMs }) };
        return;
      }
      case 'limitGranted':
        delete view.limit;
        return;
      case 'instanceRetried':
        return this.retry(event);
      case 'instanceStartedAgain':
        return this.again(event);
      case 'instanceCompensating': {
        const { order, paths, cause } = event.data;
        Object.assign(view, {
          status: 'compensating',
          compensation: { order, paths, failures: [] },
          error: cause.error ?? view.error,
        });
        return;
      }
      case 'eventKept':
        this.kept.add(event.data.event.id);
        return;
      case 'eventDropped':
        this.kept.delete(event.data.event.id);
        return;
      case 'stepsDispatched':
        for (const path of event.data.paths) this.table.set(path, { isQueued: false, boundTo: event.data.worker?.id });
        return;
      default:
        return this.end(event);
    }
  }

  private end(event: AuditEvent): void {
    const { view } = this;
    const as = (status: InstanceStatus, facts: Partial<InstanceView>): void => {
      Object.assign(view, { status, endedAt: event.at, closingAs: undefined, pausedAt: undefined, limit: undefined, ...facts });
    };
    switch (event.type) {
      case 'instanceCompleted':
        return as('completed', { output: event.data.output });
      case 'instanceFailed':
        return as('failed', { error: event.data.error });
      case 'instanceTimedOut':
        return as('timed_out', { error: event.data.error });
      case 'instanceCancelled':
        return as('cancelled', { reason: event.data.reason ?? view.reason });
      case 'instanceCompensated':
        return as('compensated', { error: event.data.error ?? view.error });
      case 'instanceCompensationFailed': {
        const { error, failures } = event.data;
        const compensation = { order: 'reverse' as const, paths: [], ...view.compensation, failures };
        for (const { path, code, message } of failures) this.table.set(path, { undoError: { code, message } });
        return as('compensation_failed', { error: error ?? view.error, compensation });
      }
      default:
        return;
    }
  }

  /** A new generation: what failed, was cancelled or blocked is to do again, the blocks around it go on. */
  private retry(event: EventOf<'instanceRetried'>): void {
    const { path, timeoutAt, by, reason } = event.data;
    const cleared = { endedAt: undefined, error: undefined, closingAs: undefined, isOverdue: undefined };
    Object.assign(this.view, { status: 'running', timeoutAt, by, reason, ...cleared });
    for (const { path: own, status, isBlock } of [...this.table.steps.values()]) {
      if (status !== 'failed' && status !== 'cancelled' && status !== 'blocked') continue;
      if (path !== undefined && status !== 'blocked' && own !== path && !path.startsWith(`${own}/`)) continue;
      const again = isBlock && status === 'failed' ? 'running' : 'pending';
      this.table.set(own, {
        status: again,
        error: undefined,
        endedAt: undefined,
        because: undefined,
        by: undefined,
        reason: undefined,
      });
    }
  }

  /** Steps of the former generation are gone; events that were kept stay. */
  private again(event: EventOf<'instanceStartedAgain'>): void {
    const { view } = this;
    const { input, timeoutAt, tags } = event.data;
    this.table.clear();
    const cleared = { closingAs: undefined, isOverdue: undefined, compensation: undefined, reason: undefined, by: undefined };
    Object.assign(view, {
      status: 'running',
      input,
      timeoutAt,
      rounds: view.rounds + 1,
      ...cleared,
    });
    if (tags) view.tags = tags;
  }

  /** Relative clocks stood still during the pause. */
  private shiftClocks(pausedMs: number): void {
    const { view } = this;
    if (view.timeoutAt !== undefined) view.timeoutAt += pausedMs;
    for (const step of [...this.table.steps.values()]) {
      if (!isOpen(step)) continue;
      const { wait } = step;
      const isAbsolute = wait?.kind === 'timer' && wait.isAbsolute;
      const dueAt = step.dueAt === undefined || isAbsolute ? step.dueAt : step.dueAt + pausedMs;
      const timeoutAt = step.timeoutAt && step.timeoutAt + pausedMs;
      if (dueAt === step.dueAt && timeoutAt === step.timeoutAt) continue;
      this.table.set(step.path, { dueAt, timeoutAt, ...(wait?.kind === 'timer' && { wait: { ...wait, dueAt: dueAt! } }) });
    }
  }

  private takeStep(event: AuditEvent, path: string): void {
    const { at } = event;
    switch (event.type) {
      case 'stepScheduled': {
        const { task, queue, input, incarnation, placement } = event.data;
        this.table.openAttempt(path, event);
        const given = input === undefined ? { inputIsCtx: true } : { input };
        this.table.set(path, {
          status: 'scheduled',
          task,
          queue,
          isQueued: incarnation === undefined,
          dueAt: undefined,
          placement,
          boundTo: undefined,
          ...given,
        });
        return this.table.startUndo(path);
      }
      case 'stepBegun':
        return this.table.ran(path, 'running', { worker: event.data.worker });
      case 'stepClaimed':
        this.table.set(path, { claimant: event.data.claimant });
        return this.table.ran(path, 'running', { worker: event.data.claimant, startedAt: at });
      case 'stepRetryScheduled': {
        const { failure, dueAt } = event.data;
        this.table.set(path, { dueAt, wait: undefined });
        return this.table.ran(path, 'retrying', { error: failure, ...ranOn(event.data) }, at);
      }
      case 'stepProgressed':
        return this.table.set(path, { progress: event.data.details });
      case 'stepCancelling':
        return this.table.set(path, { status: 'cancelling' });
      case 'stepCompleted':
      case 'stepFailed':
      case 'stepSkipped':
      case 'stepBlocked':
      case 'stepCancelled':
        return this.endStep(event, path);
      default:
        return takeWaitOrBlock(this.table, this.kept, event, path);
    }
  }

  private endStep(
    event: EventOf<'stepCompleted' | 'stepFailed' | 'stepSkipped' | 'stepBlocked' | 'stepCancelled'>,
    path: string,
  ): void {
    const ended = { endedAt: event.at, wait: undefined, dueAt: undefined, isQueued: undefined };
    switch (event.type) {
      case 'stepCompleted': {
        const { output, note, because, counts, tags } = event.data;
        if (tags) this.view.tags = { ...this.view.tags, ...tags };
        this.table.set(path, {
          ...ended,
          output,
          error: undefined,
          note,
          because,
          ...(counts && { counts }),
          ...byHand(event.data),
        });
        this.table.ran(path, 'completed', ranOn(event.data), event.at);
        return this.table.endUndo(path, undefined);
      }
      case 'stepFailed': {
        const { failure, counts } = event.data;
        this.table.set(path, { ...ended, ...(counts && { counts }) });
        this.table.ran(path, 'failed', { error: failure, ...ranOn(event.data) }, event.at);
        return this.table.endUndo(path, failure);
      }
      case 'stepSkipped': {
        const { because, output } = event.data;
        this.table.set(path, {
          ...ended,
          because,
          error: undefined,
          ...(output !== undefined && { output }),
          ...byHand(event.data),
        });
        return this.table.ran(path, 'skipped', {}, event.at);
      }
      case 'stepBlocked':
        return this.table.set(path, { status: 'blocked', endedAt: event.at });
      case 'stepCancelled':
        this.table.set(path, { ...ended, ...byHand(event.data) });
        return this.table.ran(path, 'cancelled', {}, event.at);
    }
  }

  /** `waiting` = nothing is runnable; only a clock, a message or a person can move it. */
  private settledStatus(): InstanceStatus {
    const { status, limit } = this.view;
    const { open, active } = this.table;
    if (status !== 'running' && status !== 'waiting') return status;
    return limit !== undefined || (active === 0 && open > 0) ? 'waiting' : 'running';
  }
}

const ranOn = ({ worker, startedAt }: { worker?: string; startedAt?: number }): Partial<AttemptView> => ({
  ...(worker !== undefined && { worker }),
  ...(startedAt !== undefined && { startedAt }),
});
