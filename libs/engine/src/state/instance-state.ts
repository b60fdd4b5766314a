import type { Failure, InstanceError } from '../model/failure.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Json, JsonObject } from '../model/json.js';
import type { InstanceStatus, StepStatus } from '../model/lifecycle.js';
import type { LimitKind } from '../model/plan.js';
import type {
  AuditEventData,
  EmittedEvent,
  ParentRef,
  PartCounts,
  ReceivedEvent,
  UndoFailure,
  UndoPlan,
} from '../model/audit-event.js';
import type { Placement, WorkerRef } from '../placement/placement.js';
import type { CtxLayer } from './ctx.js';
import { type ClockHeap } from './clock-heap.js';
import { OverlayMap } from './overlay-map.js';
import { emptyReady, type ReadyQueue } from './ready-queue.js';
import { WaitIndex } from './wait-index.js';

/** Immutable; replaced on every change. Steps never touched have no record: see `stepAt`. */
export interface StepState {
  readonly status: StepStatus;
  /** The n-th try, from 1; 0 while never scheduled. */
  readonly attempt: number;
  /** Attempts that were lost with their worker and do not count against `maxAttempts`. */
  readonly lostAttempts: number;
  readonly lostInARow: number;
  /** Seq of the event that scheduled the open attempt: who answers must name it. */
  readonly token?: number;
  /** Direct needs that have ended: OK, and in all. */
  readonly needsOk: number;
  readonly needsEnded: number;
  /** Number of its last entry in the ready queue. */
  readonly readyNo?: number;
  /** Ids of the needs that met the join, when not all of them did. */
  readonly metBy?: readonly string[];
  readonly startSeq?: number;
  readonly endedSeq?: number;
  readonly firstScheduledAt?: number;
  readonly scheduledAt?: number;
  readonly task?: string;
  readonly queue?: string;
  readonly priority?: number;
  /** Of the open attempt; absent: the step receives `ctx`. Dropped when the step ends. */
  readonly input?: Json;
  /** Set once the command has been (or is being) sent. */
  readonly incarnation?: number;
  readonly delivery?: number;
  readonly claimant?: string;
  /** What it asks of its worker, and the one it was sent to for that. */
  readonly placement?: Placement;
  readonly worker?: WorkerRef;
  readonly dueAt?: number;
  readonly queueTimeoutAt?: number;
  readonly queueTimeoutMs?: number;
  readonly totalTimeoutAt?: number;
  readonly graceUntil?: number;
  readonly output?: Json;
  readonly error?: Failure;
  /** Its end no longer matters to the scope: a join with `cancelRest` was met without it. */
  readonly isAbsorbed?: boolean;
  /** While it is being undone: what it is again should that fail. */
  readonly beforeUndo?: StepStatus;
  /** Tasks whose timeout or heartbeat is computed. */
  readonly timeoutMs?: number;
  readonly heartbeatMs?: number;
  /** What the handler last told with its heartbeat. */
  readonly progress?: Json;
  /** Waits and blocks: from entering. */
  readonly timeoutAt?: number;
  /** What a step in status `waiting` (or an open block) waits for. */
  readonly wait?: WaitState;
  readonly block?: BlockState;
  /** Of a block that has ended. */
  readonly counts?: PartCounts;
  /** How it can be undone; the entry is also in the instance's list. */
  readonly undo?: UndoPlan;
  /** Grows when a completed step runs again on purpose, or its input is edited: part of the idempotency key. */
  readonly reruns?: number;
  /** Attempts before the last operator's retry: a retry gives a fresh budget. */
  readonly attemptsBefore?: number;
  /** Given by hand instead of what the definition says. */
  readonly editedInput?: Json;
}

export type WaitState =
  | { readonly kind: 'timer'; readonly isAbsolute?: boolean }
  | {
      readonly kind: 'event';
      readonly names: readonly string[];
      readonly match: 'any' | 'all';
      readonly key?: string;
      /** `match: all`: what has come so far. */
      readonly taken: readonly ReceivedEvent[];
    }
  | {
      readonly kind: 'ask';
      readonly name: string;
      readonly ask: AuditEventData['askOpened'];
      readonly assignees: readonly string[];
      readonly claimedBy?: string;
    }
  | { readonly kind: 'emit'; readonly event?: EmittedEvent; readonly message?: JsonObject }
  | {
      readonly kind: 'child';
      readonly childId: string;
      readonly workflow: string;
      readonly version?: string;
      readonly input: Json;
      readonly key?: string;
      readonly queue?: string;
      readonly priority?: number;
      readonly onParentClose: 'cancel' | 'abandon';
      /** The child (or the instance it attached to) is known to run. */
      readonly startedId?: string;
      readonly attached?: boolean;
    }
  | { readonly kind: 'lock'; readonly key: string; readonly limit: number; readonly fence?: number };

/** An open (or failed) block: its parts as counters. */
export interface BlockState {
  /** forEach */
  readonly items?: readonly Json[];
  readonly concurrency?: number;
  /** Bounds that were computed when it was entered: of a forEach, and of a repeat. */
  readonly tolerated?: number;
  readonly maxIterations?: number;
  readonly keep?: number;
  /** branch: cases that are run; parallel: all branches, in definition order. */
  readonly taken?: readonly string[];
  /** Parts opened so far: the next item or round. */
  readonly opened: number;
  /** Parts that are open. */
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Path of the scope that failed first. */
  readonly firstBad?: string;
  /** try: where it stands. */
  readonly phase?: 'body' | 'catch' | 'finally';
  /** try: the failure of the body, or of the handler. */
  readonly error?: InstanceError;
  /** repeat: the next round is due then (in `dueAt` of the step). */
  readonly isDelayed?: boolean;
  /** try: how often `finally` had run before retries by hand: part of the idempotency key of its steps. */
  readonly finallyReruns?: number;
  /** repeat: what the rounds put into `ctx`. */
  readonly carry?: JsonObject;
  readonly closing?: AuditEventData['blockClosing'];
  /** try: its body is being undone before its handler runs. */
  readonly undoing?: UndoRun;
  /** It waits in the ready queue to be looked at. */
  readonly isReady?: boolean;
}

/** One list of steps that has been begun: the document's (path ''), or a body of a block. */
export interface ScopeState {
  /** Steps that have ended. */
  readonly ended: number;
  /** Ended badly, without `allowFailure`, not absorbed. */
  readonly bad: number;
  readonly firstBad?: string;
  /** How many of these an operator's retry has left as they are: they stop the list no more, whatever `failFast` says. */
  readonly spared?: number;
  /** Steps that are open. */
  readonly open: number;
  /** Nothing starts in it any more. */
  readonly isStopped?: boolean;
  /** It was stopped because its block (a try) took too long. */
  readonly isTimedOut?: boolean;
  /** It runs although what is around it is being stopped: a `finally`. */
  readonly isShielded?: boolean;
  /** Once nothing is left to do in it. */
  readonly result?: PartResult;
}

export type PartResult =
  | { readonly status: 'completed'; readonly output: Json }
  | { readonly status: 'failed'; readonly error: InstanceError }
  | { readonly status: 'cancelled' };

/** Something completed that can be undone. */
export interface UndoEntry {
  readonly plan: UndoPlan;
  /** The order of completion. */
  readonly seq: number;
}

/** Undoing on its way: of a whole instance, or of the body of a try. */
export interface UndoRun {
  /** Newest first. */
  readonly paths: readonly string[];
  readonly order: 'reverse' | 'parallel';
  /** After a failure nothing more begins. */
  readonly stopsOnFailure: boolean;
  /** How many have begun, and how many of these have ended. */
  readonly begun: number;
  readonly ended: number;
  readonly failures: readonly UndoFailure[];
}

/** A limit an instance waits for. */
export interface LimitAsk {
  readonly kind: LimitKind;
  readonly key: string;
  readonly limit: number;
  /** Of a rate. */
  readonly windowMs?: number;
  /** Seq of the event that asked. */
  readonly token: number;
}

/** Names what every task comes to have: copies of objects of one shape are several times faster. */
export const untouchedStep: StepState = {
  status: 'pending',
  attempt: 0,
  lostAttempts: 0,
  lostInARow: 0,
  needsOk: 0,
  needsEnded: 0,
  token: undefined,
  readyNo: undefined,
  startSeq: undefined,
  endedSeq: undefined,
  firstScheduledAt: undefined,
  scheduledAt: undefined,
  task: undefined,
  queue: undefined,
  priority: undefined,
  input: undefined,
  incarnation: undefined,
  delivery: undefined,
  claimant: undefined,
  placement: undefined,
  worker: undefined,
  dueAt: undefined,
  queueTimeoutAt: undefined,
  queueTimeoutMs: undefined,
  totalTimeoutAt: undefined,
  timeoutMs: undefined,
  heartbeatMs: undefined,
  wait: undefined,
  output: undefined,
  error: undefined,
};

/**
 * The state of an instance: nothing but a fold over its audit events (`apply`). One fold owns it and advances it in place;
 * whoever only wants to look ahead works on a `fork`.
 */
export class InstanceState {
  seq = 0;
  generation = 1;
  /** Seq of the event that opened it. */
  generationFrom = 1;
  status: InstanceStatus = 'pending';
  definition = '';
  version = '';
  checksum = '';
  input: Json = null;
  key: string | undefined;
  summary: string | undefined;
  tags: JsonObject = {};
  queue: string | undefined;
  priority: number | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  timeoutAt: number | undefined;
  /** How long its time-out is: a retry by hand gives it as much time again. */
  timeoutMs: number | undefined;
  isOverdue = false;
  closing: AuditEventData['instanceClosing'] | undefined;
  output: Json = null;
  error: InstanceError | undefined;
  /** Task steps that are scheduled or running. */
  activeSteps = 0;
  parent: ParentRef | undefined;
  /** Paused since then; the status before is derived. */
  pausedAt: number | undefined;
  /** Paused with its whole definition. */
  isPausedWithDefinition = false;
  /** What it must still be granted before its steps begin, in this order. */
  gates: readonly LimitKind[] = [];
  /** The first of `gates`, once asked for. */
  asked: LimitAsk | undefined;
  /** Its place among those that run; held until it ends. */
  slot: Pick<LimitAsk, 'kind' | 'key' | 'token'> | undefined;
  /** Events nobody has waited for yet, oldest first. */
  events: readonly ReceivedEvent[] = [];
  /** Bytes of these as JSON. */
  eventBytes = 0;
  /** Open event waits by the names that have not come yet: those an arriving event is offered to. */
  waits: WaitIndex;
  /** Open asks by name. */
  asks: WaitIndex;
  /** What can be undone, by the path of the step. */
  undo: OverlayMap<UndoEntry>;
  undone: (UndoRun & { readonly cause: AuditEventData['instanceClosing'] }) | undefined;
  /** Times of `again`. */
  rounds = 0;
  /** By path; '' is the document's. Those of a block are dropped when it completes. */
  scopes: OverlayMap<ScopeState>;
  ready: ReadyQueue = emptyReady;
  /** Entries pushed into `ready` so far. */
  readyNo = 0;
  clocks: ClockHeap = undefined;
  /** Everything begun and not ended, blocks and waits too, oldest first. */
  open: OverlayMap<true>;
  steps: OverlayMap<StepState>;
  /** Derived from ended steps only; may be dropped at any time. */
  ctxMemo: Map<string, CtxLayer>;

  constructor(
    readonly id: InstanceId,
    base?: InstanceState,
  ) {
    this.open = new OverlayMap(base?.open);
    this.steps = new OverlayMap(base?.steps);
    this.scopes = new OverlayMap(base?.scopes);
    this.undo = new OverlayMap(base?.undo);
    this.waits = new WaitIndex(base?.waits);
    this.asks = new WaitIndex(base?.asks);
    this.ctxMemo = base?.ctxMemo ?? new Map();
  }

  fork(): InstanceState {
    const fork = new InstanceState(this.id, this);
    fork.takeFacts(this);
    return fork;
  }

  /**
   * Becomes what its fork has become, as if the events decided there had been applied one by one.
   * @param fork must not be used any more
   */
  absorb(fork: InstanceState): void {
    this.takeFacts(fork);
    this.open = this.open.absorb(fork.open);
    this.steps = this.steps.absorb(fork.steps);
    this.scopes = this.scopes.absorb(fork.scopes);
    this.undo = this.undo.absorb(fork.undo);
    this.waits = this.waits.absorb(fork.waits);
    this.asks = this.asks.absorb(fork.asks);
  }

  /** Everything but the maps, member by member: `Object.assign` takes fifty times as long, and this is done with every message. */
  private takeFacts(from: InstanceState): void {
    this.seq = from.seq;
    this.generation = from.generation;
    this.generationFrom = from.generationFrom;
    this.status = from.status;
    this.definition = from.definition;
    this.version = from.version;
    this.checksum = from.checksum;
    this.input = from.input;
    this.key = from.key;
    this.summary = from.summary;
    this.tags = from.tags;
    this.queue = from.queue;
    this.priority = from.priority;
    this.startedAt = from.startedAt;
    this.endedAt = from.endedAt;
    this.timeoutAt = from.timeoutAt;
    this.timeoutMs = from.timeoutMs;
    this.isOverdue = from.isOverdue;
    this.closing = from.closing;
    this.output = from.output;
    this.error = from.error;
    this.activeSteps = from.activeSteps;
    this.parent = from.parent;
    this.pausedAt = from.pausedAt;
    this.isPausedWithDefinition = from.isPausedWithDefinition;
    this.gates = from.gates;
    this.asked = from.asked;
    this.slot = from.slot;
    this.events = from.events;
    this.eventBytes = from.eventBytes;
    this.undone = from.undone;
    this.rounds = from.rounds;
    this.ready = from.ready;
    this.readyNo = from.readyNo;
    this.clocks = from.clocks;
    this.ctxMemo = from.ctxMemo;
  }

  /** The scope at `path`; it must have been begun. */
  scope(path: string): ScopeState {
    return this.scopes.get(path)!;
  }

  /** Steps of the top list that have ended, for progress. */
  get endedSteps(): number {
    return this.scopes.get('')?.ended ?? 0;
  }

  step(path: string): StepState {
    return this.steps.get(path) ?? untouchedStep;
  }
}

export const newState = (id: InstanceId): InstanceState => new InstanceState(id);
