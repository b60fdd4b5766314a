import type { Failure } from './failure.js';
import type { Json, JsonObject } from './json.js';
import type { AuditEvent } from './audit-event.js';

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
    }
  | { readonly type: 'cancel'; readonly reason?: string; readonly by?: string }
  /** Look at your clocks, and go on with an unfinished fan-out. Idempotent, possibly spurious. */
  | { readonly type: 'wake' };

export type MessageType = Message['type'];

export type RejectionReason =
  'alreadyStarted' | 'notStarted' | 'alreadyEnded' | 'unknownStep' | 'staleAttempt' | 'notOpen' | 'alreadyClaimed' | 'nothingDue';

export type Decision =
  | { readonly accepted: true; readonly events: readonly AuditEvent[] }
  | { readonly accepted: false; readonly reason: RejectionReason };

/** Everything a decision may depend on beside plan, state and message; handed in, so that replays are exact. */
export interface DecisionContext {
  /** Database clock, epoch ms. */
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly draw: () => number;
  /** Room in the window of this queue? The queue's incarnation, or undefined: leave it in the backlog. */
  readonly admit: (queue: string, task: string) => number | undefined;
  /** Does a live worker serve this task now? */
  readonly isServed: (task: string) => boolean;
  /** Workers have not been heard for long enough (a take-over, an outage): clocks that are judged by them wait. */
  readonly isDeaf?: boolean;
  /** The worker that has begun this attempt, as heartbeats tell. */
  readonly runningOn: (token: number) => string | undefined;
}
