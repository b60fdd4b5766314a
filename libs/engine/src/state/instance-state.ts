import type { Failure, InstanceError } from '../model/failure.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Json, JsonObject } from '../model/json.js';
import type { InstanceStatus, StepStatus } from '../model/lifecycle.js';
import type { AuditEventData } from '../model/audit-event.js';
import type { CtxLayer } from './ctx.js';
import { type ClockHeap } from './clock-heap.js';
import { OverlayMap } from './overlay-map.js';
import { emptyReady, type ReadyQueue } from './ready-queue.js';

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
  /** Seq of the event that put it into the ready queue. */
  readonly readySeq?: number;
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
  readonly dueAt?: number;
  readonly queueTimeoutAt?: number;
  readonly totalTimeoutAt?: number;
  readonly graceUntil?: number;
  readonly output?: Json;
  readonly error?: Failure;
  /** Its end no longer matters to the scope: a join with `cancelRest` was met without it. */
  readonly isAbsorbed?: boolean;
}

export const untouchedStep: StepState = {
  status: 'pending',
  attempt: 0,
  lostAttempts: 0,
  lostInARow: 0,
  needsOk: 0,
  needsEnded: 0,
};

/**
 * The state of an instance: nothing but a fold over its audit events (`apply`). One fold owns it and advances it in place;
 * whoever only wants to look ahead works on a `fork`.
 */
export class InstanceState {
  seq = 0;
  generation = 1;
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
  isOverdue = false;
  closing: AuditEventData['instanceClosing'] | undefined;
  output: Json = null;
  error: InstanceError | undefined;
  /** Steps that have ended. */
  endedSteps = 0;
  /** Scheduled or running steps. */
  activeSteps = 0;
  /** Ended badly, without `allowFailure`, not absorbed. */
  badSteps = 0;
  firstBad: string | undefined;
  ready: ReadyQueue = emptyReady;
  clocks: ClockHeap = undefined;
  /** Scheduled, running, retrying or cancelling steps, oldest first. */
  open: OverlayMap<true>;
  steps: OverlayMap<StepState>;
  /** Derived from ended steps only; may be dropped at any time. */
  readonly ctxMemo: Map<string, CtxLayer>;

  constructor(
    readonly id: InstanceId,
    base?: InstanceState,
  ) {
    this.open = new OverlayMap(base?.open);
    this.steps = new OverlayMap(base?.steps);
    this.ctxMemo = base?.ctxMemo ?? new Map();
  }

  fork(): InstanceState {
    const fork = new InstanceState(this.id, this);
    const { open, steps } = fork;
    return Object.assign(fork, this, { open, steps });
  }

  step(path: string): StepState {
    return this.steps.get(path) ?? untouchedStep;
  }
}

export const newState = (id: InstanceId): InstanceState => new InstanceState(id);
