import type { Failure, InstanceError } from './failure.js';
import type { Json, JsonObject } from './json.js';

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
  };
  /** `tokens[i]` is the token of the step at `paths[i]`. */
  stepsDispatched: { tokens: number[]; paths: string[]; incarnation: number; delivery?: number };
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
  };
  stepRetryScheduled: { token: number; failure: Failure; dueAt: number; worker?: string; startedAt?: number; lost?: boolean };
  stepFailed: { token?: number; failure: Failure; worker?: string; startedAt?: number; needs?: string[]; abort?: 'timeout' };
  stepSkipped: { because: 'when' | 'runOn'; needs?: string[] };
  stepBlocked: Record<string, never>;
  stepCancelling: { token: number; abort: 'cancelled' | 'timeout'; graceUntil?: number };
  stepCancelled: { token?: number; outcome?: 'completed' | 'failed' | 'lost' | 'abandoned'; output?: Json; worker?: string };
  /** What is open is being stopped; the instance ends as `as` when that is quiet. */
  instanceClosing: {
    as: 'cancelled' | 'timed_out' | 'completed' | 'failed';
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
