import type { AuditEventData } from '../model/audit-event.js';
import type { Failure, InstanceError } from '../model/failure.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Placement } from '../placement/placement.js';
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

/** What a step in status `waiting` waits for. */
export type WaitView =
  | { readonly kind: 'timer'; readonly dueAt: number; readonly isAbsolute?: boolean }
  | {
      readonly kind: 'event';
      readonly names: readonly string[];
      readonly match: 'any' | 'all';
      readonly key?: string;
      /** `match: all`: names that have come. */
      readonly taken: readonly string[];
    }
  | {
      readonly kind: 'ask';
      readonly name: string;
      readonly ask: AuditEventData['askOpened'];
      readonly assignees: readonly string[];
      readonly claimedBy?: string;
    }
  | { readonly kind: 'emit' }
  | { readonly kind: 'child'; readonly childId: string; readonly workflow: string }
  | { readonly kind: 'lock'; readonly key: string; readonly limit: number };

/** The instance a `workflow` step started, or attached to. */
export interface ChildView {
  readonly id: string;
  readonly workflow: string;
  readonly version?: string;
  readonly attached?: boolean;
}

/** Parts of a block. While it is open as far as the log tells, exact once it has ended. */
export interface CountsView {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface StepView {
  /** `notify`, `ship/3/pack`, `charge/~undo` */
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
  /** When it was scheduled, or (waits and blocks) entered. */
  readonly scheduledAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Next attempt while `retrying`, end of a sleep, next round of a repeat. */
  readonly dueAt?: number;
  /** Of waits and blocks. */
  readonly timeoutAt?: number;
  /** In the backlog of its queue, not yet sent to the broker. */
  readonly isQueued?: boolean;
  /** What it asks of its worker, and the one it was last sent to for that. */
  readonly placement?: Placement;
  readonly boundTo?: string;
  readonly claimant?: string;
  readonly attempts: readonly AttemptView[];
  readonly wait?: WaitView;
  /** It is a block: its own steps are below its path. */
  readonly isBlock?: boolean;
  /** branch: cases that are run. */
  readonly taken?: readonly string[];
  readonly counts?: CountsView;
  /** Bodies of the block that have begun. */
  readonly begun?: number;
  readonly child?: ChildView;
  /** What the handler last told with its heartbeat. */
  readonly progress?: Json;
  /** Why it ended other than by itself, and who did it by hand. */
  readonly because?: 'when' | 'runOn' | 'hand' | 'timeout';
  readonly by?: string;
  readonly reason?: string;
  /** What was replaced to make its output storable. */
  readonly note?: string;
  /** Undoing it failed. */
  readonly undoError?: { readonly code: string; readonly message: string };
}

/** @property key '' = of the whole definition */
export interface LimitView {
  readonly kind: 'concurrency' | 'rate';
  readonly key: string;
  readonly limit: number;
  readonly windowMs?: number;
}

export interface CompensationView {
  readonly order: 'reverse' | 'parallel';
  /** Paths to undo, in the order in which that is begun. */
  readonly paths: readonly string[];
  readonly failures: readonly { readonly path: string; readonly code: string; readonly message: string }[];
}

/** Steps of one list by how they stand. */
export interface ScopeView {
  readonly open: number;
  readonly ended: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface InstanceView {
  readonly seq: number;
  readonly generation: number;
  readonly status: InstanceStatus;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly timeoutAt?: number;
  /** It has run longer than its timeout, which only tells (`then: alert`). */
  readonly isOverdue?: boolean;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: InstanceError;
  readonly tags?: JsonObject;
  /** Of the last act upon the whole instance: cancel, pause, retry. */
  readonly reason?: string;
  readonly by?: string;
  readonly pausedAt?: number;
  /** What its definition limits and it has not been granted yet. */
  readonly limit?: LimitView;
  /** Being stopped: how it will end. */
  readonly closingAs?: AuditEventData['instanceClosing']['as'];
  readonly compensation?: CompensationView;
  /** Times of `again`. */
  readonly rounds: number;
  /** Ids of events nobody has waited for yet. */
  readonly keptEvents: ReadonlySet<string>;
  /** By path; steps that were never touched are absent. */
  readonly steps: ReadonlyMap<string, StepView>;
  /** By path of the list; '' is the document's. */
  readonly scopes: ReadonlyMap<string, ScopeView>;
  /** Steps that are open, and those of them that a worker has or may get now. */
  readonly openSteps: number;
  readonly activeSteps: number;
}
