import type { Placement, WorkerRef } from '../placement/placement.js';
import type { Failure, InstanceError } from './failure.js';
import type { Json, JsonObject } from './json.js';
import type { LimitKind, OnLimit } from './plan.js';
import type { AuditEvent, AuditEventData, ParentRef, ReceivedEvent, UndoFailure } from './audit-event.js';

/** What can be told to an instance. Content only: who delivered it and how often is the shell's business. */
export type Message =
  | {
      readonly type: 'start';
      readonly input: Json;
      readonly key?: string;
      readonly tags?: JsonObject;
      readonly queue?: string;
      readonly priority?: number;
      readonly checksum: string;
      readonly parent?: ParentRef;
      readonly restartOf?: AuditEventData['instanceStarted']['restartOf'];
      /** Its definition is paused: so is the instance, from its first moment. */
      readonly paused?: Act;
    }
  | {
      readonly type: 'stepCompleted';
      readonly path: string;
      readonly token: number;
      readonly output: Json;
      readonly worker: string;
      readonly startedAt: number;
      readonly note?: string;
    }
  | {
      readonly type: 'stepFailed';
      readonly path: string;
      readonly token: number;
      readonly failure: Failure;
      readonly worker: string;
      readonly startedAt: number;
    }
  /** A worker asks to be the only one to run this attempt. */
  | { readonly type: 'claim'; readonly path: string; readonly token: number; readonly claimant: string }
  /** The shell's judgement: no live worker holds this claimed (or cancelling) attempt any more. */
  | { readonly type: 'lost'; readonly path: string; readonly token: number; readonly code: 'WORKER_LOST' | 'HEARTBEAT_LOST' }
  /** Backlog → broker, or broker → broker again (lost, returned). */
  | {
      readonly type: 'dispatch';
      readonly steps: readonly { readonly path: string; readonly token: number }[];
      readonly incarnation: number;
      /** How often the commands have now been sent: 2 = once again. */
      readonly delivery?: number;
      /** The worker they are bound to. */
      readonly worker?: WorkerRef;
    }
  /** Details of a heartbeat, for the next attempt. */
  | { readonly type: 'progress'; readonly path: string; readonly token: number; readonly details: Json }
  | InboxMessage
  /** Look at your clocks, and go on with an unfinished fan-out. Idempotent, possibly spurious. */
  | { readonly type: 'wake' };

/** Who acts, and why: lands in the audit log. */
interface Act {
  readonly by?: string;
  readonly reason?: string;
}

/**
 * What reaches an instance through its inbox (PostgreSQL): commands of people and systems, events, and what other instances and keys answer.
 * The content of an inbox row is this object; its kind is the type.
 */
export type InboxMessage =
  | ({
      readonly type: 'cancel';
      readonly compensate?: boolean;
      /** Only while it has not started: a later start has taken its place. */
      readonly ifPending?: boolean;
    } & Act)
  /** `withDefinition`: all instances of the definition are paused, and go on, together; who paused one by itself resumes it. */
  | ({ readonly type: 'pause'; readonly withDefinition?: boolean } & Act)
  | ({ readonly type: 'resume'; readonly withDefinition?: boolean } & Act)
  /** Of a failed or timed-out instance: from the failed steps. */
  | ({
      readonly type: 'retry';
      /** The step that waits for this child: its instance is retried, and the child with it. */
      readonly parent?: ParentRef;
    } & Act)
  | ({ readonly type: 'retryStep'; readonly path: string; readonly input?: Json } & Act)
  | ({ readonly type: 'skipStep'; readonly path: string; readonly output?: Json } & Act)
  | ({ readonly type: 'completeStep'; readonly path: string; readonly output?: Json } & Act)
  | ({ readonly type: 'cancelStep'; readonly path: string } & Act)
  | {
      readonly type: 'event';
      readonly event: ReceivedEvent;
      /** Only for this wait: by key, or bound by hand. */
      readonly path?: string;
    }
  | ({
      readonly type: 'answerAsk';
      readonly name: string;
      readonly value: Json;
      readonly comment?: string;
      readonly form?: Json;
    } & Act)
  | ({ readonly type: 'claimAsk'; readonly name: string } & Act)
  | ({ readonly type: 'reassignAsk'; readonly name: string; readonly assignees: readonly string[] } & Act)
  /** What the shell did for an `emit`. */
  | { readonly type: 'emitted'; readonly path: string; readonly token: number; readonly output: Json }
  | { readonly type: 'emitFailed'; readonly path: string; readonly token: number; readonly failure: Failure }
  | {
      readonly type: 'childStarted';
      readonly path: string;
      readonly token: number;
      readonly id: string;
      readonly version: string;
      readonly attached?: boolean;
    }
  | { readonly type: 'childRefused'; readonly path: string; readonly token: number; readonly failure: Failure }
  /** `retried`: the child had failed and goes on; waiting parents re-open. */
  | {
      readonly type: 'childEnded';
      readonly path: string;
      readonly token: number;
      readonly id: string;
      readonly status: 'completed' | 'failed' | 'cancelled' | 'timed_out' | 'compensated' | 'compensation_failed';
      readonly output?: Json;
      readonly error?: InstanceError;
      /** It has completed something that it could undo: the parent lists it. */
      readonly canUndo?: boolean;
    }
  | { readonly type: 'childReopened'; readonly path: string; readonly token: number; readonly id: string }
  /** To a completed child: undo what you did. */
  | { readonly type: 'compensate'; readonly parent: ParentRef }
  | { readonly type: 'childCompensated'; readonly path: string; readonly id: string; readonly failures?: readonly UndoFailure[] }
  | { readonly type: 'lockGranted'; readonly path: string; readonly token: number; readonly fence: number }
  | { readonly type: 'limitGranted'; readonly token: number; readonly fence: number }
  /** Nothing was free, and `onLimit` is `reject`. */
  | { readonly type: 'limitRefused'; readonly token: number };

/** To an id that is no instance yet: its owner inserts the instance and answers `childStarted`, `childRefused` to the parent. */
export interface StartChild {
  readonly type: 'startChild';
  readonly workflow: string;
  /** Exact, a range, or `latest`; absent: the active version. */
  readonly version?: string;
  readonly input: Json;
  readonly key?: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly parent: ParentRef;
}

/** To the actor of a lock's key. */
export type LockMessage =
  | {
      readonly type: 'lockRequest';
      readonly instance: string;
      readonly path: string;
      readonly token: number;
      readonly limit: number;
      /** Asked for by a whole instance (path ''), because its definition has a limit. */
      readonly limitKind?: LimitKind;
      /** Higher first; absent: in order of arrival alone. */
      readonly priority?: number;
      readonly onLimit?: OnLimit;
    }
  /** The permit of a rate is used from now on, and comes back by itself. */
  | {
      readonly type: 'permitUsed';
      readonly instance: string;
      readonly path: string;
      readonly token: number;
      readonly windowMs: number;
    }
  /** Also withdraws a request that still waits. */
  | { readonly type: 'lockRelease'; readonly instance: string; readonly path: string; readonly token: number };

/** What an instance tells another, or a key: an inbox row, written in the transaction of the deciding audit event. */
export type Send =
  | {
      readonly to: { readonly instance: string };
      /** Unique for the receiver: repeats do no harm. */ readonly id: string;
      readonly message: InboxMessage | StartChild;
    }
  | { readonly to: { readonly lock: string }; readonly id: string; readonly message: LockMessage };

export type InboxMessageType = InboxMessage['type'];

export type MessageType = Message['type'];

export type RejectionReason =
  | 'alreadyStarted'
  | 'notStarted'
  | 'alreadyEnded'
  | 'unknownStep'
  | 'staleAttempt'
  | 'notOpen'
  | 'alreadyClaimed'
  | 'nothingDue'
  | 'paused'
  | 'notPaused'
  /** The action does not fit the status of the instance or the step (retry of what did not fail …). */
  | 'notPossible'
  | 'unknownAsk'
  | 'invalidAnswer'
  | 'tooManyEvents';

export type Decision =
  | { readonly accepted: true; readonly events: readonly AuditEvent[] }
  | { readonly accepted: false; readonly reason: RejectionReason };

/** LANGUAGE §7: a generation that is longer ends as failed with `HISTORY_TOO_LONG`. */
export const EVENTS_AT_MOST = 500_000;

/** Everything a decision may depend on beside plan, state and message; handed in, so that replays are exact. */
export interface DecisionContext {
  /** Database clock, epoch ms. */
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly draw: () => number;
  /** Room in the window of this queue? The queue's incarnation, or undefined: leave it in the backlog. */
  readonly admit: (queue: string, task: string) => number | undefined;
  /** Of steps of this queue where neither step, start nor definition say one; absent: 0. */
  readonly queuePriority?: (queue: string) => number | undefined;
  /** Does a definition or a worker name this task? Asked of computed names only; absent: every task is known. */
  readonly isKnownTask?: (task: string) => boolean;
  /** Does a live worker serve this task now? */
  readonly isServed: (task: string, queue?: string, placement?: Placement) => boolean;
  /** Workers have not been heard for long enough (a take-over, an outage): clocks that are judged by them wait. */
  readonly isDeaf?: boolean;
  /** Decisions of one slice, after which an instance lets its neighbours go first; default 500. */
  readonly decisionsAtMost?: number;
  /** Audit events a generation may have; default `EVENTS_AT_MOST`. */
  readonly eventsAtMost?: number;
  /** Commands decided from this seq on have not left yet, nor will they unless they are still open then; default: those of this decision. */
  readonly unsentFrom?: number;
  /** A new UUIDv7, for a child. */
  readonly newId: () => string;
  /** The worker that has begun this attempt, as heartbeats tell. */
  readonly runningOn: (token: number) => string | undefined;
}
