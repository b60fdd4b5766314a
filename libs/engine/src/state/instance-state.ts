import type { AuditEventData, ParentRef, ReceivedEvent, UndoPlan } from '../model/audit-event.js';
import type { InstanceError } from '../model/failure.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Json, JsonObject } from '../model/json.js';
import type { InstanceStatus } from '../model/lifecycle.js';
import type { LimitKind } from '../model/plan.js';
import type { ScopeState, UndoRun } from './block-state.js';
import type { CtxLayer } from './ctx.js';
import { type ClockHeap } from './clock-heap.js';
import { OverlayMap } from './overlay-map.js';
import { emptyReady, type ReadyQueue } from './ready-queue.js';
import { type StepState, untouchedStep } from './step-state.js';
import { WaitIndex } from './wait-index.js';

/** Something completed that can be undone. */
export interface UndoEntry {
  readonly plan: UndoPlan;
  /** The order of completion. */
  readonly seq: number;
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
