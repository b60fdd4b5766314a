import type { Failure, InstanceError } from './failure.js';
import type { Json, JsonObject } from './json.js';
import type { Placement, WorkerRef } from '../placement/placement.js';
import type { LimitKind, OnLimit } from './plan.js';

/**
 * Data of every audit event by type: what was decided, in the past tense. Additive changes only: stored rows carry a schema version (1),
 * and the first change that is not additive raises it and brings the reader of the old form. `apply` refuses types it does not know.
 */
export interface AuditEventData {
  instanceStarted: {
    definition: string;
    version: string;
    checksum: string;
    input: Json;
    key?: string;
    summary?: string;
    tags?: JsonObject;
    /** Instance time-out, epoch ms. */
    timeoutAt?: number;
    queue?: string;
    priority?: number;
    /** The step of another instance that started this one. */
    parent?: ParentRef;
    /** Restarted from another instance: outputs of steps (by id, of the top list) that count as completed, and what undoes them, oldest first. */
    restartOf?: { instance: string; from?: string; outputs: Record<string, Json>; undo?: { path: string; plan: UndoPlan }[] };
    /** What it must be granted, in this order, before its steps begin; absent: nothing. */
    gates?: LimitKind[];
  };
  stepScheduled: {
    task: string;
    queue: string;
    priority: number;
    /** Absent: the step receives `ctx`. */
    input?: Json;
    /** Ids of the needs that met the join, when not all of them did. */
    needs?: string[];
    /** Present: the command goes out with this batch; absent: it waits in the backlog (reason `queued`). */
    incarnation?: number;
    queueTimeoutAt?: number;
    totalTimeoutAt?: number;
    /** One attempt, from the handler's start, when the definition computes it. */
    timeoutMs?: number;
    heartbeatMs?: number;
    /** What it asks of its worker; absent: any that serves its task. It is bound to one when it is dispatched. */
    placement?: Placement;
  };
  /** `tokens[i]` is the token of the step at `paths[i]`. */
  stepsDispatched: {
    tokens: number[];
    paths: string[];
    /** Of their queue; 0 for steps bound to a worker: its own queue lives as long as its session. */
    incarnation: number;
    delivery?: number;
    worker?: WorkerRef;
  };
  /** A worker is known to run it, so the queue's time-out no longer counts. */
  stepBegun: { token: number; worker: string };
  stepClaimed: { token: number; claimant: string };
  stepCompleted: {
    token?: number;
    output: Json;
    worker?: string;
    /** Handler's start, epoch ms by the database's clock. */
    startedAt?: number;
    tags?: JsonObject;
    /** For `set`, `complete`: the needs that met the join, when not all did. */
    needs?: string[];
    /** What was replaced to make the output storable. */
    note?: string;
    /** Who did it by hand (skip, complete, an answer), and why. */
    by?: string;
    reason?: string;
    /** How it is undone, decided when it completed: the list of compensations is built from these. */
    undo?: UndoPlan;
    /** Why a wait ended without what it waited for. */
    because?: 'timeout' | 'hand';
    counts?: PartCounts;
  };
  stepRetryScheduled: { token: number; failure: Failure; dueAt: number; worker?: string; startedAt?: number; lost?: boolean };
  /** What the handler last told with its heartbeat; handed to the next attempt. */
  stepProgressed: { token: number; details: Json };
  stepFailed: {
    token?: number;
    failure: Failure;
    worker?: string;
    startedAt?: number;
    needs?: string[];
    abort?: 'timeout';
    counts?: PartCounts;
  };
  stepSkipped: {
    because: 'when' | 'runOn' | 'hand';
    needs?: string[];
    output?: Json;
    by?: string;
    reason?: string;
    /** By hand, of an attempt that is out: its worker is told. */
    token?: number;
    abort?: 'cancelled';
  };
  stepBlocked: Record<string, never>;
  stepCancelling: { token: number; abort: 'cancelled' | 'timeout'; graceUntil?: number; by?: string; reason?: string };
  stepCancelled: {
    token?: number;
    outcome?: 'completed' | 'failed' | 'lost' | 'abandoned';
    output?: Json;
    worker?: string;
    by?: string;
    reason?: string;
    /** It had completed after all: for compensation only. */
    undo?: UndoPlan;
  };

  // waits: pending → waiting
  /** sleep */
  timerStarted: { dueAt: number; isAbsolute?: boolean; needs?: string[] };
  /** event */
  eventAwaited: { names: string[]; match: 'any' | 'all'; key?: string; timeoutAt?: number; needs?: string[] };
  /** One wait has it now, and no other ever will; with `match: all` the wait may go on. */
  eventTaken: { event: ReceivedEvent };
  /** No path. Nobody waits for it yet. */
  eventKept: { event: ReceivedEvent };
  /** No path. The wait it was for (`wait`, a path) refused it, and nobody else took it. */
  eventDropped: { event: Pick<ReceivedEvent, 'id' | 'name'>; because: 'filter' | 'schema' | 'notAwaited'; wait: string };
  /** No path. Just before the instance ends: kept events that no wait ever took. */
  eventsUnused: { events: Pick<ReceivedEvent, 'id' | 'name'>[] };
  askOpened: {
    name: string;
    kind: 'approval' | 'choice' | 'text' | 'form';
    prompt?: string;
    choices?: string[];
    form?: Json;
    assignees?: string[];
    /** When an answer is expected; only shown. */
    dueAt?: number;
    timeoutAt?: number;
    needs?: string[];
  };
  askClaimed: { by: string };
  askReassigned: { assignees: string[]; by?: string; reason?: string };
  /** emit; the shell does it and tells the outcome. */
  emitRequested: { token?: number; event?: EmittedEvent; message?: JsonObject; needs?: string[] };

  // children: pending or retrying → waiting
  childRequested: {
    childId: string;
    workflow: string;
    version?: string;
    input: Json;
    key?: string;
    detached?: boolean;
    onParentClose: 'cancel' | 'abandon';
    /** How many ancestors the child has. */
    depth: number;
    /** Given by the step, or else what the parent was started with. */
    queue?: string;
    priority?: number;
    timeoutAt?: number;
    /** Over all attempts. */
    totalTimeoutAt?: number;
    needs?: string[];
  };
  /** It runs, or (`attached`) an instance with that key did already, or has ended: `id` is the one that counts. */
  childStarted: { id: string; version?: string; attached?: boolean };

  // blocks: pending → running (a lock: → waiting first)
  blockEntered: {
    /** forEach */
    items?: Json[];
    /** Items at the same time. */
    concurrency?: number;
    /** branch: ids of the cases that are run */
    taken?: string[];
    /** Bounds that the definition computes: failures tolerated (forEach), rounds at most and rounds kept (repeat). */
    tolerated?: number;
    maxIterations?: number;
    keep?: number;
    timeoutAt?: number;
    needs?: string[];
  };
  /** Bodies `keys` of the block begin (several items of a forEach at once). */
  scopesOpened: {
    keys: string[];
    /** catch: what is handled */
    error?: InstanceError;
  };
  /** repeat: the next round comes after the delay. */
  roundDelayed: { dueAt: number };
  /** `path` is that of a scope (`guard/body`): nothing more starts in it, what is open is being cancelled. */
  scopeStopped: { because: 'failure' | 'timeout' };
  /** What is open in the block is being stopped; it ends as `as` when that is quiet. */
  blockClosing: {
    as: 'completed' | 'failed' | 'cancelled';
    failure?: Failure;
    /** A `finally` still runs, unless it was this that failed. */
    by?: string;
    reason?: string;
    /** By hand: go on with this output. */
    output?: Json;
  };
  /** lock: → waiting */
  lockRequested: { key: string; limit: number; timeoutAt?: number; needs?: string[] };
  /** lock: → running. `inherited`: a lock around it holds the key already; nothing was requested and nothing will be released. */
  lockGranted: { fence: number; inherited?: { key: string; limit: number }; timeoutAt?: number; needs?: string[] };

  // limits of the definition, no path: the steps begin (again) when all of `gates` is granted
  limitRequested: {
    kind: LimitKind;
    key: string;
    limit: number;
    /** concurrency */
    onLimit?: OnLimit;
    /** rate: how long a permit is used up, from the event that grants it */
    windowMs?: number;
  };
  limitGranted: { kind: LimitKind; fence: number };

  // by operators
  instancePaused: {
    by?: string;
    reason?: string;
    /** It was paused with its whole definition, and goes on with it. */
    withDefinition?: boolean;
  };
  instanceResumed: { by?: string; reason?: string; pausedMs: number };
  /** A step in backoff is tried again at once, by hand; with another input perhaps. */
  stepRetried: { by?: string; reason?: string; input?: Json; dueAt: number };
  /**
   * A new generation: failed, cancelled and blocked steps are pending again (all of them, or the one at `path` with what is around it and
   * what was blocked behind it). `parentReopened`: the child at `path` goes on by itself and need not be told.
   */
  instanceRetried: {
    by?: string;
    reason?: string;
    path?: string;
    input?: Json;
    timeoutAt?: number;
    parentReopened?: boolean;
    isSkipped?: boolean;
    /** As at the start: with its end it has given back what it held. */
    gates?: LimitKind[];
  };
  /** again: a new generation with a fresh state; unread events stay. */
  instanceStartedAgain: { input: Json; timeoutAt?: number; summary?: string; tags?: JsonObject };

  /** What was completed and can be undone, newest first, is being undone; the instance ends as `compensated` or `compensation_failed`. */
  instanceCompensating: { cause: AuditEventData['instanceClosing']; order: 'reverse' | 'parallel'; paths: string[] };
  /** A try undoes its body before its handler runs. `path` is the try. */
  blockCompensating: { paths: string[] };
  /** A completed child undoes itself; the answer is `childCompensated`. */
  childCompensating: { childId: string };
  childCompensated: { failures?: UndoFailure[] };
  instanceCompensated: { error?: InstanceError };
  instanceCompensationFailed: { error?: InstanceError; failures: UndoFailure[] };
  /** What is open is being stopped; the instance ends as `as` when that is quiet. */
  instanceClosing: {
    as: 'cancelled' | 'timed_out' | 'completed' | 'failed' | 'again';
    /** again: of the next generation */
    input?: Json;
    /** cancel: overrides `compensation.on` */
    compensate?: boolean;
    reason?: string;
    by?: string;
    output?: Json;
    error?: InstanceError;
  };
  /** `timeout.then: alert` */
  instanceOverdue: { timeoutAt: number };
  instanceCompleted: { output: Json };
  instanceFailed: { error: InstanceError };
  instanceCancelled: { reason?: string; by?: string };
  instanceTimedOut: { error: InstanceError };
}

/** Parts of a block by how they ended; `total` of those there are, begun or not. */
export interface PartCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface ParentRef {
  readonly instance: string;
  readonly path: string;
  /** Token of the parent's `childRequested`: answers must name it. */
  readonly token: number;
  readonly depth: number;
  readonly onParentClose: 'cancel' | 'abandon';
  readonly detached?: boolean;
}

export interface ReceivedEvent {
  readonly id: string;
  readonly name: string;
  /** Sent by key: only for waits that correlate by it. */
  readonly key?: string;
  readonly payload: Json;
  /** When the door stored it, epoch ms by the database's clock. */
  readonly at: number;
  /** What was replaced to make the payload storable. */
  readonly note?: string;
}

export interface EmittedEvent {
  readonly name: string;
  readonly key?: string;
  readonly instance?: string;
  readonly payload: Json;
}

/** How a completed step is undone; evaluated when it completed, so that undoing needs nothing but this. */
export type UndoPlan =
  | {
      readonly task: string;
      readonly queue: string;
      readonly priority: number;
      readonly input: Json;
      readonly queueTimeoutMs?: number;
      readonly totalTimeoutMs?: number;
      /** Where the definition computes them. */
      readonly timeoutMs?: number;
      readonly heartbeatMs?: number;
    }
  /** A completed child without `compensate` of its step undoes itself. */
  | { readonly childId: string }
  /** The expressions failed: undoing fails with this. */
  | { readonly failure: Failure };

export interface UndoFailure {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export type AuditEventType = keyof AuditEventData;

export type AuditEventOf<T extends AuditEventType> = {
  /** 1, 2, 3 … within the instance, without a gap. */
  readonly seq: number;
  /** One life of the instance, from 1. */
  readonly generation: number;
  readonly type: T;
  readonly path?: string;
  readonly attempt?: number;
  readonly data: AuditEventData[T];
  /** Epoch ms, database clock. */
  readonly at: number;
};

export type AuditEvent = { [T in AuditEventType]: AuditEventOf<T> }[AuditEventType];
