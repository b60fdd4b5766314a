import type { PartCounts, UndoPlan } from '../model/audit-event.js';
import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { StepStatus } from '../model/lifecycle.js';
import type { Placement, WorkerRef } from '../placement/placement.js';
import type { BlockState } from './block-state.js';
import type { WaitState } from './wait-state.js';

/** Immutable; replaced on every change. Steps never touched have no record: see `InstanceState.step`. */
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
