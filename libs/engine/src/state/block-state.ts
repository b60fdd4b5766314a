import type { AuditEventData, UndoFailure } from '../model/audit-event.js';
import type { InstanceError } from '../model/failure.js';
import type { Json, JsonObject } from '../model/json.js';

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
